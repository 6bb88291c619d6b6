import { type Context, context, type Span, SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api';

import type { BalancedProviderMembers } from '../create-balanced-provider.ts';
import type { BalancedEventName, BalancedEvents, BalancedListener } from '../events.ts';
import { errorTypeOf, operationOf, outcomeOf } from './conventions.ts';
import type { Instruments } from './instruments.ts';
import { type Series, SeriesCache } from './series.ts';

/** A call under way. */
interface OpenCall extends Pick<BalancedEvents['callStart'], 'kind' | 'isStream'> {
  /** What was active where it was made: a stream is read outside it. */
  readonly parent: Context;
  waiting?: { readonly span: Span; readonly since: number } | undefined;
  /** The endpoint that failed before the next attempt. */
  failedAt?: string | undefined;
}

/** An attempt under way. */
interface OpenAttempt {
  readonly span: Span;
  readonly isStream: boolean;
  readonly series: Series;
}

/** Follows the events of all calls. Returns how to stop. */
export function followCalls(
  balanced: Pick<BalancedProviderMembers, 'on'>,
  tracer: Tracer,
  instruments: Instruments,
): () => void {
  const follower = new CallFollower(tracer, instruments);
  const stops = NAMES.map((name) => balanced.on(name, follower[name] as BalancedListener<BalancedEventName>));
  return () => {
    for (const stop of stops) stop();
    follower.endAll();
  };
}

const NAMES = ['callStart', 'waiting', 'failover', 'attemptStart', 'attempt', 'callEnd'] as const;

type Listeners = { readonly [Name in (typeof NAMES)[number]]: BalancedListener<Name> };

class CallFollower implements Listeners {
  readonly #tracer: Tracer;
  readonly #instruments: Instruments;
  readonly #series = new SeriesCache();
  readonly #calls = new Map<string, OpenCall>();
  readonly #attempts = new Map<string, OpenAttempt>();

  constructor(tracer: Tracer, instruments: Instruments) {
    this.#tracer = tracer;
    this.#instruments = instruments;
  }

  readonly callStart: Listeners['callStart'] = ({ callId, kind, isStream }) => {
    this.#calls.set(callId, { parent: context.active(), kind, isStream });
  };

  readonly waiting: Listeners['waiting'] = ({ callId, modelId }) => {
    const call = this.#calls.get(callId);
    // A call that has waited for its model in vain, and goes on waiting for others too, waits once.
    if (call === undefined || call.waiting !== undefined) return;
    const attributes = { 'gen_ai.operation.name': operationOf(call.kind), 'gen_ai.request.model': modelId };
    const span = this.#tracer.startSpan('balanced.waiting', { attributes }, call.parent);
    call.waiting = { span, since: performance.now() };
  };

  readonly failover: Listeners['failover'] = (event) => {
    const call = this.#calls.get(event.callId);
    if (call !== undefined) call.failedAt = event.from;
    this.#instruments.failover(event);
  };

  readonly attemptStart: Listeners['attemptStart'] = (event) => {
    const call = this.#calls.get(event.callId);
    if (call === undefined) return;
    const { kind, isStream, parent, failedAt } = call;
    const waitedMs = this.#stopWaiting(call);
    call.failedAt = undefined;
    const series = this.#series.find(event, kind);
    const options = { kind: SpanKind.CLIENT, attributes: series.conventional };
    const span = this.#tracer.startSpan(series.spanName, options, parent);
    span.setAttribute('balanced.endpoint', event.endpoint);
    span.setAttribute('balanced.deployment', event.deployment);
    span.setAttribute('balanced.attempt', event.attempt);
    if (isStream) span.setAttribute('gen_ai.request.stream', true);
    if (failedAt !== undefined) span.setAttribute('balanced.failover.from', failedAt);
    if (waitedMs !== undefined) span.setAttribute('balanced.waited_ms', waitedMs);
    if (event.isHedge) span.setAttribute('balanced.hedge', true);
    if (event.isProbe) span.setAttribute('balanced.probe', true);
    this.#attempts.set(event.attemptId, { span, isStream, series });
  };

  readonly attempt: Listeners['attempt'] = (event) => {
    const attempt = this.#attempts.get(event.attemptId);
    if (attempt === undefined) return;
    this.#attempts.delete(event.attemptId);
    const { span, series, isStream } = attempt;
    const outcome = outcomeOf(event);
    const { finishReason, firstContentMs, tokens } = event;
    span.setAttribute('balanced.outcome', outcome);
    if (finishReason !== undefined) span.setAttribute('gen_ai.response.finish_reasons', [finishReason]);
    if (tokens?.inputTokens !== undefined) span.setAttribute('gen_ai.usage.input_tokens', tokens.inputTokens);
    if (tokens?.outputTokens !== undefined) span.setAttribute('gen_ai.usage.output_tokens', tokens.outputTokens);
    if (outcome === 'failure') {
      span.setAttribute('error.type', errorTypeOf(event));
      span.setStatus({ code: SpanStatusCode.ERROR });
    }
    if (isStream && firstContentMs !== undefined) {
      span.setAttribute('gen_ai.response.time_to_first_chunk', firstContentMs / 1_000);
      this.#instruments.firstChunk(firstContentMs, series);
    }
    span.end();
    this.#instruments.attempt(event, series);
  };

  readonly callEnd: Listeners['callEnd'] = ({ callId }) => {
    const call = this.#calls.get(callId);
    if (call !== undefined) this.#stopWaiting(call);
    this.#calls.delete(callId);
  };

  endAll(): void {
    for (const { span } of this.#attempts.values()) span.end();
    for (const call of this.#calls.values()) this.#stopWaiting(call);
  }

  /** Milliseconds that it has waited, if it did. */
  #stopWaiting(call: OpenCall): number | undefined {
    const { waiting } = call;
    if (waiting === undefined) return undefined;
    waiting.span.end();
    call.waiting = undefined;
    return Math.round(performance.now() - waiting.since);
  }
}
