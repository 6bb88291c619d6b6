import { isObject, property, textAt } from '../failure/foreign.ts';
import { type Fetch, urlOf } from './fetch.ts';
import { dropsFailures } from './installed-sdk.ts';

/** Where an event ends, which began after the one before. */
const END = /\r\n\r\n|\n\n|\r\r/g;

/**
 * Wraps `fetch` where AI SDK 4 or 5 is installed, which drop events by which a Responses stream says that it failed:
 * `response.failed`, and 5 also `error`. Without them a prompt that was refused looks like an endpoint that hangs up.
 */
export const withToldFailures = (fetch: Fetch | undefined): Fetch | undefined =>
  dropsFailures() ? withNestedErrors(fetch) : fetch;

/** Wraps `fetch` so that these events have the form in which every major hands them on: `error` with its fields one level down. */
export function withNestedErrors(fetch: Fetch | undefined): Fetch {
  return async (input, init) => {
    const response = await (fetch ?? globalThis.fetch)(input, init);
    const { body, headers } = response;
    const { pathname } = new URL(urlOf(input));
    if (!pathname.endsWith('/responses') || headers.get('content-type')?.includes('event-stream') !== true)
      return response;
    return body === null ? response : new Response(body.pipeThrough(new TransformStream(new NestedErrors())), response);
  };
}

/** Holds back what is not a whole event, as the SDK's own parser does. */
class NestedErrors implements Transformer<Uint8Array, Uint8Array> {
  readonly #decoder = new TextDecoder();
  readonly #encoder = new TextEncoder();
  #rest = '';
  /** The end of the rest: an event may be of megabytes, and only what is new is searched. */
  #tail = '';

  transform(chunk: Uint8Array, controller: TransformStreamDefaultController<Uint8Array>): void {
    const piece = this.#decoder.decode(chunk, { stream: true });
    const searched = this.#tail + piece;
    const end = [...searched.matchAll(END)].at(-1);
    const after = end === undefined ? searched : searched.slice(end.index + end[0].length);
    const events = this.#rest + piece;
    this.#rest = end === undefined ? events : after;
    this.#tail = after.slice(-3);
    if (end !== undefined)
      controller.enqueue(this.#encoder.encode(nested(events.slice(0, events.length - after.length))));
  }

  flush(controller: TransformStreamDefaultController<Uint8Array>): void {
    const rest = this.#rest + this.#decoder.decode();
    if (rest !== '') controller.enqueue(this.#encoder.encode(nested(rest)));
  }
}

const nested = (events: string): string =>
  /"type":\s*"(?:error|response\.failed)"/.test(events) ? events.replace(/^data:(.*)$/gm, nestedLine) : events;

function nestedLine(line: string, data: string): string {
  const frame = parsed(data);
  const type = property(frame, 'type');
  const inner = property(type === 'error' ? frame : property(frame, 'response'), 'error');
  const error = type === 'error' && !isObject(inner) ? frame : inner;
  if ((type !== 'error' && type !== 'response.failed') || !isObject(error)) return line;
  const code = property(error, 'code');
  return `data: ${JSON.stringify({
    type: 'error',
    sequence_number: 0,
    error: {
      type: textAt(error, 'type') ?? 'error',
      code: typeof code === 'number' ? String(code) : (textAt(error, 'code') ?? null),
      message: textAt(error, 'message') ?? '',
      param: textAt(error, 'param') ?? null,
    },
  })}`;
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}
