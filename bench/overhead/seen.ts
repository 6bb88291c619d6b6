import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, InMemorySpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';

import type { BalancedProvider } from '../../src/index.ts';
import { instrument } from '../../src/opentelemetry/index.ts';
import { createStatusHandler } from '../../src/status-page/index.ts';
import { type Figure, toFigure } from './figure.ts';
import { interleave, microseconds, quantile } from './interleave.ts';
import { balancedProvider, callOptions } from './models.ts';
import { answeringFetch } from './stub-fetch.ts';

const CALLS = 40;

/** One attempt with spans and metrics beside one without. */
export async function measureTelemetry(pairs: number): Promise<Figure> {
  const plain = balancedProvider(4, () => answeringFetch);
  const seen = balancedProvider(4, () => answeringFetch);
  const exporter = new InMemorySpanExporter();
  const tracerProvider = new TracerProvider({ spanProcessors: [new BatchSpanProcessor({ exporter })] });
  const metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: metrics, exportIntervalMillis: 60_000 });
  const meterProvider = new MeterProvider({ readers: [reader] });
  instrument(seen, { tracerProvider, meterProvider });
  const comparison = await interleave(
    pairs,
    () => callMicroseconds(plain),
    async () => {
      const took = await callMicroseconds(seen);
      exporter.reset();
      return took;
    },
  );
  await Promise.all([tracerProvider.shutdown(), meterProvider.shutdown()]);
  return toFigure('an attempt with OpenTelemetry', comparison, 'µs', 20, 'plain is ours without it');
}

const callMicroseconds = (balanced: BalancedProvider): Promise<number> =>
  microseconds(CALLS, () => balanced.chat('gpt-4o').doGenerate(callOptions()));

const ENDPOINTS = 50;
const CALLS_A_SECOND = 200;

/**
 * What the page of 50 endpoints takes of each second while calls are served and a browser looks on: one update, and what is
 * noted of each call. Measured apart, since together they are less than the noise of a second.
 */
export async function measureStatusPage(pairs: number): Promise<Figure> {
  const plain = balancedProvider(ENDPOINTS, () => answeringFetch);
  const watched = balancedProvider(ENDPOINTS, () => answeringFetch);
  const handle = createStatusHandler(watched, { authorize: () => true });
  const noting = await interleave(
    pairs,
    () => callMicroseconds(plain),
    () => callMicroseconds(watched),
  );
  // A browser takes the page anew at each event, which holds the same as the answer to a script.
  const updates: number[] = [];
  for (let run = 0; run < pairs; run += 1) updates.push(await microseconds(5, () => update(handle)));
  const notingMs = (Math.max(noting.difference, 0) * CALLS_A_SECOND) / 1_000;
  const updateMs = quantile(updates, 0.5) / 1_000;
  return {
    name: `the status page of ${ENDPOINTS} endpoints, ${CALLS_A_SECOND} calls a second: processor time a second`,
    value: notingMs + updateMs,
    unit: 'ms',
    target: 5,
    note: `an update ${updateMs.toFixed(2)}, the notes of ${CALLS_A_SECOND} calls ${notingMs.toFixed(2)}`,
  };
}

async function update(handle: (request: Request) => Promise<Response>): Promise<void> {
  for (const accept of ['application/json', 'text/html']) {
    const answer = await handle(new Request('http://localhost/status', { headers: { accept } }));
    await answer.text();
  }
}
