import { setTimeout as wait } from 'node:timers/promises';

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
const SECONDS = 4;

/** What the page of 50 endpoints takes of a processor while calls are served and one browser looks on. */
export async function measureStatusPage(runs: number): Promise<Figure> {
  const balanced = balancedProvider(ENDPOINTS, () => answeringFetch);
  const handle = createStatusHandler(balanced, { authorize: () => true });
  const differences: number[] = [];
  // The first pair warms up.
  for (let pair = 0; pair <= runs; pair += 1) {
    const without = await cpuMsASecond(balanced);
    const page = new AbortController();
    const request = new Request('http://localhost/status', {
      headers: { accept: 'text/event-stream' },
      signal: page.signal,
    });
    const reader = (await handle(request)).body!.getReader();
    let events = 0;
    const reading = (async () => {
      while (!(await reader.read()).done) events += 1;
    })();
    const withPage = await cpuMsASecond(balanced);
    await reader.cancel();
    page.abort();
    await reading;
    if (events < SECONDS / 2) throw new Error(`The page was sent ${events} events in ${SECONDS} s.`);
    if (pair > 0) differences.push(withPage - without);
  }
  const range = `${Math.min(...differences).toFixed(1)} to ${Math.max(...differences).toFixed(1)}`;
  return {
    name: `the status page of ${ENDPOINTS} endpoints, ${CALLS_A_SECOND} calls a second: processor time a second`,
    value: quantile(differences, 0.5),
    unit: 'ms',
    target: 5,
    note: `median of ${runs} pairs with and without a reader, ${range}`,
  };
}

async function cpuMsASecond(balanced: BalancedProvider): Promise<number> {
  const begun = process.cpuUsage();
  const startedAt = performance.now();
  let calls = 0;
  while (performance.now() - startedAt < SECONDS * 1_000) {
    for (; calls < ((performance.now() - startedAt) * CALLS_A_SECOND) / 1_000; calls += 1) {
      await balanced.chat('gpt-4o').doGenerate(callOptions());
    }
    await wait(20);
  }
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1_000 / ((performance.now() - startedAt) / 1_000);
}
