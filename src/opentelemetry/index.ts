import { type MeterProvider, metrics, trace, type TracerProvider } from '@opentelemetry/api';

import type { BalancedProviderMembers } from '../create-balanced-provider.ts';
import { Instruments } from './instruments.ts';
import { followCalls } from './spans.ts';

/** Name of the instrumentation scope of all spans and metrics. */
const SCOPE = 'ai-sdk-load-balancer';

/** Where spans and metrics go. */
export interface InstrumentOptions {
  /** @default the global one. */
  readonly tracerProvider?: TracerProvider;
  /** @default the global one, which has to be registered before. */
  readonly meterProvider?: MeterProvider;
}

/**
 * Makes a span of each attempt of a provider, and of each time that a call waits, as children of what is active where the call is made:
 * the AI SDK's own span, where its telemetry is on. Counts attempts, failovers, cooldowns, what waits and what is closed.
 *
 * No span and no metric holds a key, a header, a prompt or an answer.
 *
 * @returns a function that stops it, and ends the spans that are open.
 * @example
 * import { instrument } from 'ai-sdk-load-balancer/opentelemetry';
 * instrument(balanced);
 */
export function instrument(
  balanced: Pick<BalancedProviderMembers, 'on' | 'status'>,
  options: InstrumentOptions = {},
): () => void {
  const { tracerProvider = trace.getTracerProvider(), meterProvider = metrics.getMeterProvider() } = options;
  const instruments = new Instruments(meterProvider.getMeter(SCOPE), () => balanced.status());
  const stopSpans = followCalls(balanced, tracerProvider.getTracer(SCOPE), instruments);
  const stopCooldowns = balanced.on('cooldown', (event) => instruments.cooldown(event));
  return () => {
    stopSpans();
    stopCooldowns();
    instruments.stop();
  };
}
