import type { Answer } from './answer.ts';
import type { ErrorBodySettings } from './error-bodies.ts';

/** Where a stream stops being a good one: before any event, after the events that carry no content, or after so many pieces of content. */
export type Position = 'headers' | 'preamble' | number;

/** What happens there. An `end` is an orderly one, but without a finish reason and without `[DONE]`. */
export type Interruption =
  | 'end'
  | 'reset'
  | 'hang'
  | 'error-event'
  | 'nested-error-event'
  | 'failed-event'
  | 'malformed-event';

/** What a fake service does with one request. */
export type Behaviour =
  | {
      readonly kind: 'answer';
      readonly answer: Answer;
      readonly headers?: Readonly<Record<string, string>>;
      /** Nothing is sent before this settles. */
      readonly heldUntil?: Promise<unknown>;
      /** The wait before each piece of a streamed answer. */
      readonly partDelayMs?: number;
      /** Nothing of a stream is sent after its first piece before this settles. */
      readonly restHeldUntil?: Promise<unknown>;
    }
  | { readonly kind: 'interrupted'; readonly at: Position; readonly by: Interruption; readonly text?: string }
  | ({ readonly kind: 'status'; readonly status: number } & ErrorBodySettings)
  | { readonly kind: 'body'; readonly contentType: string; readonly body: string }
  | { readonly kind: 'reset' }
  | { readonly kind: 'hang' };

type Good = Extract<Behaviour, { kind: 'answer' }>;

/** A good answer. */
export function answer(what: Answer = {}, how: Omit<Good, 'kind' | 'answer'> = {}): Behaviour {
  return { kind: 'answer', answer: what, ...how };
}

/** An HTTP error, with the body that OpenAI or Azure OpenAI (whichever was called) sends with it. */
export function status(code: number, settings: ErrorBodySettings = {}): Behaviour {
  return { kind: 'status', status: code, ...settings };
}

/** A 429 that says when to come back. */
export function rateLimited(retryAfterSeconds: number): Behaviour {
  return status(429, { headers: { 'retry-after': String(retryAfterSeconds) } });
}

/** The connection is reset before a byte of the answer. */
export function reset(): Behaviour {
  return { kind: 'reset' };
}

/** The connection stays open, and nothing ever comes. */
export function hang(): Behaviour {
  return { kind: 'hang' };
}

/** A stream that starts as an answer and does not end as one. */
export function interrupted(at: Position, by: Interruption, text?: string): Behaviour {
  return text === undefined ? { kind: 'interrupted', at, by } : { kind: 'interrupted', at, by, text };
}

/** A page for people, with status 200: what a proxy or a captive portal sends. */
export function html(): Behaviour {
  return {
    kind: 'body',
    contentType: 'text/html; charset=utf-8',
    body: '<!doctype html><html><body><h1>Please sign in</h1></body></html>',
  };
}
