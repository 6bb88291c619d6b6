import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { embed, generateText, streamText } from 'ai';
import { expect, it } from 'vitest';

import { EVENT_NAMES } from '../../src/event-emitter.ts';
import { createBalancedProvider } from '../../src/index.ts';
import { instrument } from '../../src/opentelemetry/index.ts';
import { createStatusHandler } from '../../src/status-page/index.ts';
import { interrupted, rateLimited, status } from '../support/behaviour.ts';
import { readStream } from '../support/read-stream.ts';
import { startServices } from '../support/start-services.ts';
import { refusedBaseURL } from '../support/unreachable.ts';

const SECRET = 'sk-planted-0123456789abcdef';

it('a secret in keys, headers, URLs, prompts and error bodies is in no event, span, metric, snapshot, page or error', async () => {
  const [refused, limited, broken, healthy] = await startServices('refused', 'limited', 'broken', 'healthy');
  const refusal = { message: `${SECRET} is wrong`, code: SECRET, type: SECRET, param: SECRET };
  refused.behave(status(401, { body: JSON.stringify({ error: refusal }), headers: { 'x-request-id': SECRET } }));
  limited.behave(rateLimited(30));
  broken.behave(interrupted(1, 'error-event'));
  const own = {
    type: 'openai' as const,
    apiKey: SECRET,
    organization: `${SECRET}-organization`,
    project: `${SECRET}-project`,
    headers: { 'x-team': SECRET },
  };
  const balanced = createBalancedProvider({
    endpoints: [
      { ...own, name: 'unreachable', baseURL: `${await refusedBaseURL()}/${SECRET}` },
      ...[refused, limited, broken, healthy].map((service) => ({
        ...own,
        name: service.name,
        baseURL: service.baseURL,
      })),
    ],
    loadBalancing: false,
    retry: { rounds: 1 },
    maxWaitMs: 0,
  });
  const told: unknown[] = [];
  for (const name of EVENT_NAMES) balanced.on(name, (event) => void told.push(event));
  const exporter = new InMemorySpanExporter();
  const reader = new PeriodicExportingMetricReader({
    exporter: new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE),
    exportIntervalMillis: 1_000_000,
  });
  instrument(balanced, {
    tracerProvider: new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }),
    meterProvider: new MeterProvider({ readers: [reader] }),
  });
  const handle = createStatusHandler(balanced, { authorize: () => true });
  const call = { prompt: `${SECRET} prompt`, headers: { 'x-user': SECRET }, maxRetries: 0 };

  await generateText({ model: balanced('gpt-4'), ...call }).catch((error: unknown) => told.push(String(error)));
  await readStream(streamText({ model: balanced.chat('gpt-4'), ...call }).fullStream);
  await embed({ model: balanced.embeddingModel('e'), value: SECRET, maxRetries: 0 }).catch((error: unknown) =>
    told.push(String(error), error),
  );
  for (const accept of ['text/html', 'application/json']) {
    const response = await handle(new Request('http://localhost/status', { headers: { accept } }));
    told.push(await response.text());
  }
  const { resourceMetrics } = await reader.collect();
  const spans = exporter.getFinishedSpans();
  told.push(balanced.status(), balanced.explain('gpt-4'), resourceMetrics.scopeMetrics);
  told.push(spans.map(({ name, attributes, events, status: ended }) => ({ name, attributes, events, ended })));

  expect(spans.length).toBeGreaterThan(6);
  expect(JSON.stringify(told)).toContain('unreachable');
  expect(JSON.stringify(told)).not.toContain(SECRET);
});
