import type { EmbeddingModelV4 } from '@ai-sdk/provider';
import {
  type BatchObservableCallback,
  type BatchObservableResult,
  createNoopMeter,
  SpanStatusCode,
} from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  InMemorySpanExporter,
  type ReadableSpan,
  type Sampler,
  SamplingDecision,
  SimpleSpanProcessor,
  type SpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { describe, expect, it, vi } from 'vitest';

import { type BalancedProvider, createBalancedProvider } from '../../../src/index.ts';
import { instrument } from '../../../src/opentelemetry/index.ts';
import { apiError, networkError, rateLimit } from '../api-error.ts';
import { buildRing } from '../build-ring.ts';
import { after, answers, fails, type HeldAttempt, holds } from '../fake-endpoint.ts';
import { happenings, pass, useFakeTime } from '../fake-time.ts';

useFakeTime();

const embeddingProvider = {
  specificationVersion: 'v4' as const,
  languageModel: (): never => {
    throw new Error('There are embeddings only.');
  },
  embeddingModel: (modelId: string): EmbeddingModelV4 => ({
    specificationVersion: 'v4',
    provider: 'fake.embeddings',
    modelId,
    maxEmbeddingsPerCall: 10,
    supportsParallelCalls: true,
    doEmbed: async ({ values }) => ({ embeddings: values.map(() => [1]), usage: { tokens: 7 }, warnings: [] }),
  }),
};

/** A provider whose spans and metrics go to exporters of the OpenTelemetry SDK. */
function withExporters(balanced: BalancedProvider, ...processors: readonly SpanProcessor[]) {
  const exporter = new InMemorySpanExporter();
  const tracerProvider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter }), ...processors] });
  const metricExporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: metricExporter, exportIntervalMillis: 1_000_000_000 });
  const to = { tracerProvider, meterProvider: new MeterProvider({ readers: [reader] }) };
  return {
    to,
    stop: instrument(balanced, to),
    spans: () => exporter.getFinishedSpans(),
    /** The points of a metric, as of now. */
    points: async (name: string) => {
      const { resourceMetrics } = await reader.collect();
      const [scope] = resourceMetrics.scopeMetrics;
      const metric = scope?.metrics.find(({ descriptor }) => descriptor.name === name);
      return metric?.dataPoints.map(({ attributes, value }) => ({ ...attributes, value })) ?? [];
    },
  };
}

describe('instrument()', () => {
  it('makes a span of the time that a call waits, and says on the attempt after it how long that was', async () => {
    const held: HeldAttempt[] = [];
    const { balanced, ask } = buildRing([{ does: holds(held), maxConcurrency: 1 }]);
    const { spans } = withExporters(balanced);
    ask();
    await pass(10);
    ask();
    await pass(250);
    held[0]?.answer();
    await pass(40);
    held[1]?.answer();
    await happenings();

    const told = spans().map(({ name, duration, attributes }) => [
      name,
      Math.round(duration[0] * 1_000 + duration[1] / 1e6),
      attributes['balanced.waited_ms'],
    ]);
    expect(told).toEqual([
      ['chat m', 260, undefined],
      ['balanced.waiting', 250, undefined],
      ['chat m', 40, 250],
    ]);
  });

  it('makes one span of a wait for a model, and then for those that stand in for it too', async () => {
    const held: HeldAttempt[] = [];
    const busy = { does: holds(held), maxConcurrency: 1 };
    const { balanced, ask } = buildRing(
      [
        { ...busy, models: ['m'] },
        { ...busy, models: ['b'] },
      ],
      {
        fallbacks: { m: ['b'] },
        fallbackAfterMs: 500,
      },
    );
    const open = new Set<string>();
    const idOf = (span: ReadableSpan): string => span.spanContext().spanId;
    const { spans } = withExporters(balanced, {
      onStart: (span) => void open.add(idOf(span)),
      onEnd: (span) => void open.delete(idOf(span)),
      forceFlush: async () => undefined,
      shutdown: async () => undefined,
    });
    ask();
    ask({ modelId: 'b' });
    await happenings();
    ask();
    await pass(700);
    for (const each of held) each.answer();
    await happenings();
    for (const each of held) each.answer();
    await happenings();

    const told = spans().map(({ name, attributes }) => [name, attributes['balanced.waited_ms']]);
    expect(told.filter(([name, waitedMs]) => name === 'balanced.waiting' || waitedMs !== undefined)).toEqual([
      ['balanced.waiting', undefined],
      [expect.stringMatching('chat'), 700],
    ]);
    expect(open.size).toBe(0);
  });

  it('lets a sampler decide by what the conventions want to be there when a span begins', async () => {
    const { balanced, ask } = buildRing([{ does: answers() }]);
    const seen: unknown[] = [];
    const sampler: Sampler = {
      shouldSample: (_context, _traceId, _name, _kind, attributes) => {
        seen.push({ ...attributes });
        return { decision: SamplingDecision.NOT_RECORD };
      },
    };
    instrument(balanced, { tracerProvider: new TracerProvider({ sampler }) });
    ask();
    await happenings();
    expect(seen).toEqual([
      { 'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': expect.any(String), 'gen_ai.request.model': 'm' },
    ]);
  });

  it('tells failures by their status, else their code, else their class, and what ended from outside as none', async () => {
    const { balanced, ask, endpoints } = buildRing(
      [fails(apiError(503)), fails(networkError('ECONNRESET')), fails(apiError(200))],
      { retry: { rounds: 1 } },
    );
    const { spans } = withExporters(balanced);
    ask();
    await happenings();
    endpoints[0].behave(holds([]));
    const controller = new AbortController();
    ask({ abortSignal: controller.signal });
    await happenings();
    controller.abort();
    await happenings();

    expect(
      spans().map(({ attributes, status }) => [attributes['error.type'], attributes['balanced.outcome'], status.code]),
    ).toEqual([
      ['503', 'failure', SpanStatusCode.ERROR],
      ['ECONNRESET', 'failure', SpanStatusCode.ERROR],
      // An answer that is none.
      ['retryable', 'failure', SpanStatusCode.ERROR],
      [undefined, 'none', SpanStatusCode.UNSET],
    ]);
  });

  it('counts attempts, failovers and cooldowns, by what does not differ for each call', async () => {
    const { balanced, askTimes } = buildRing([fails(apiError(401)), after(0, answers())]);
    const { points } = withExporters(balanced);
    await askTimes(2);
    await pass(1);

    const at = (endpoint: string) => ({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'fake',
      'gen_ai.request.model': 'm',
      'balanced.endpoint': endpoint,
      'balanced.deployment': 'm',
    });
    expect(await points('balanced.attempts')).toEqual([
      { ...at('e0'), 'balanced.outcome': 'failure', 'error.type': '401', value: 2 },
      { ...at('e1'), 'balanced.outcome': 'success', value: 2 },
    ]);
    const failure = { 'balanced.endpoint': 'e1', 'balanced.failover.from': 'e0', 'error.type': 'misconfigured' };
    expect(await points('balanced.failovers')).toEqual([{ 'gen_ai.request.model': 'm', ...failure, value: 2 }]);
    expect(await points('balanced.cooldowns')).toMatchObject([
      { 'balanced.endpoint': 'e0', 'error.type': 'misconfigured' },
    ]);
    expect(await points('gen_ai.client.inference.duration')).toMatchObject([
      { ...at('e0'), 'error.type': '401', value: { count: 2 } },
      { ...at('e1'), value: { count: 2, sum: 0 } },
    ]);
    expect(await points('gen_ai.client.inference.usage.input_tokens')).toEqual([{ ...at('e1'), value: 2 }]);
  });

  it('counts what embeddings take apart from inference', async () => {
    const balanced = createBalancedProvider({ endpoints: [{ name: 'e0', provider: embeddingProvider }] });
    const { points } = withExporters(balanced);
    await balanced.embeddingModel('e').doEmbed({ values: ['a'] });

    expect(await points('gen_ai.client.embeddings.duration')).toMatchObject([{ value: { count: 1 } }]);
    expect(await points('gen_ai.client.embeddings.operation.input_tokens')).toMatchObject([{ value: { sum: 7 } }]);
    expect(await points('gen_ai.client.inference.duration')).toEqual([]);
    expect(await points('gen_ai.client.inference.usage.input_tokens')).toEqual([]);
  });

  it('reads what waits, what is under way and what is closed when metrics are collected', async () => {
    const held: HeldAttempt[] = [];
    const { balanced, askTimes } = buildRing([fails(rateLimit(30)), { does: holds(held), maxConcurrency: 1 }]);
    const { points } = withExporters(balanced);
    balanced('idle');
    await askTimes(1);
    await askTimes(2);

    const model = (id: string, urgency: string, value: number) => ({
      'gen_ai.request.model': id,
      'balanced.urgency': urgency,
      value,
    });
    expect(await points('balanced.calls.waiting')).toEqual([
      model('idle', 'interactive', 0),
      model('idle', 'background', 0),
      model('m', 'interactive', 2),
      model('m', 'background', 0),
    ]);
    expect(await points('balanced.attempts.in_flight')).toContainEqual({
      'balanced.endpoint': 'e1',
      'balanced.deployment': 'm',
      'balanced.kind': 'language',
      value: 1,
    });
    expect(await points('balanced.gates.closed')).toMatchObject([
      { 'balanced.endpoint': 'e0', 'balanced.reason': 'rate-limit', value: 1 },
      { 'balanced.endpoint': 'e1', 'balanced.reason': 'maxConcurrency', value: 1 },
    ]);
  });

  it('tells that a gate is open again and that calls wait no more, of which an SDK would repeat the last that it was told', async () => {
    const held: HeldAttempt[] = [];
    const { balanced, ask, endpoints } = buildRing([{ does: holds(held), maxConcurrency: 1 }]);
    const { points } = withExporters(balanced);
    ask();
    const background = { providerOptions: { balanced: { urgency: 'background' } } };
    ask(background);
    await happenings();
    const values = async (name: string) => (await points(name)).map(({ value }) => value);
    expect(await values('balanced.gates.closed')).toEqual([1]);
    expect(await values('balanced.calls.waiting')).toEqual([0, 1]);

    endpoints[0].behave(answers());
    held[0]?.answer();
    await pass(10);

    expect(await values('balanced.gates.closed')).toEqual([0]);
    expect(await values('balanced.calls.waiting')).toEqual([0, 0]);
  });

  it('stops: ends the spans that are open, and makes no more', async () => {
    const { balanced, ask, askTimes } = buildRing([holds([])]);
    const { spans, stop, points } = withExporters(balanced);
    ask();
    await happenings();

    stop();
    await askTimes(1);

    expect(spans().map(({ name }) => name)).toEqual(['chat m']);
    expect(await points('balanced.attempts.in_flight')).toEqual([]);
  });

  it('counts what two providers did together, and what one did before it was stopped', async () => {
    const first = buildRing([answers()]);
    const second = buildRing([answers()]);
    const { points, stop, to } = withExporters(first.balanced);
    instrument(second.balanced, to);
    await first.askTimes(2);
    await second.askTimes(3);
    stop();

    expect(await points('balanced.attempts')).toMatchObject([{ 'balanced.outcome': 'success', value: 5 }]);
    await second.askTimes(1);
    expect(await points('balanced.attempts')).toMatchObject([{ 'balanced.outcome': 'success', value: 6 }]);
    expect(await points('gen_ai.client.inference.usage.input_tokens')).toMatchObject([{ value: 6 }]);
  });

  it('tells of no more than a thousand gates that they are open again: model ids may come from anywhere', () => {
    const { balanced } = buildRing([answers()]);
    const status = balanced.status();
    let names: readonly string[] = [];
    const closedAt = (name: string) => ({
      ...status.endpoints[0]!,
      name,
      closedGates: [{ reason: 'cooldown' as const, since: 0 }],
    });
    const meter = createNoopMeter();
    const collections: BatchObservableCallback[] = [];
    meter.addBatchObservableCallback = (collect) => void collections.push(collect);
    instrument(
      {
        on: (name, listener) => balanced.on(name, listener),
        status: () => ({ ...status, endpoints: names.map(closedAt) }),
      },
      { meterProvider: { getMeter: () => meter } },
    );
    const observe = vi.fn<BatchObservableResult['observe']>();
    for (let round = 0; round < 15; round += 1) {
      names = Array.from({ length: 100 }, (_, index) => `${round}-${index}`);
      void collections[0]?.({ observe });
    }
    observe.mockClear();
    names = [];
    void collections[0]?.({ observe });

    const told = observe.mock.calls.filter(([, , attributes]) => attributes?.['balanced.reason'] === 'cooldown');
    expect(told).toHaveLength(1_000);
  });

  it('counts each of thousands of model ids between two collections', async () => {
    const { balanced } = buildRing([answers()]);
    const { points } = withExporters(balanced);
    for (let id = 0; id < 1_500; id += 1) {
      await balanced
        .languageModel(`m${id}`)
        .doGenerate({ prompt: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }] });
    }

    const attempts = await points('balanced.attempts');
    expect(attempts.length).toBe(1_500);
    expect(new Set(attempts.map(({ value }) => value))).toEqual(new Set([1]));
  });

  it('tells deployments apart whose names say the same together with those of their endpoints', async () => {
    const { balanced, askTimes } = buildRing([
      { name: 'e x', deployments: { m: 'y' }, does: fails(apiError(500)) },
      { name: 'e', deployments: { m: 'x y' }, does: answers() },
    ]);
    const { spans } = withExporters(balanced);
    await askTimes(1);

    const places = spans().map(({ attributes }) => [
      attributes['balanced.endpoint'],
      attributes['balanced.deployment'],
    ]);
    expect(places).toEqual([
      ['e x', 'y'],
      ['e', 'x y'],
    ]);
  });
});
