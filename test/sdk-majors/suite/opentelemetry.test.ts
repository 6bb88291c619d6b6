import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import * as ai from 'ai';
import { type BalancedProvider, createBalancedProvider } from 'ai-sdk-load-balancer';
import { instrument } from 'ai-sdk-load-balancer/opentelemetry';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { greetingOf } from '../../support/answer.ts';
import { interrupted, rateLimited, status } from '../../support/behaviour.ts';
import { readStream } from '../../support/read-stream.ts';
import { startServices } from '../../support/start-services.ts';
import { azure, openAI } from './endpoints.ts';
import { sdkMajor } from './sdk-major.ts';

const exporter = new InMemorySpanExporter();
const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });

beforeAll(async () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);
  if (sdkMajor < 7) return;
  const { OpenTelemetry } = await import('@ai-sdk/otel');
  ai.registerTelemetry(new OpenTelemetry());
});
beforeEach(() => exporter.reset());

/** Turns the SDK's own telemetry on. */
const telemetry = { experimental_telemetry: { isEnabled: true } };

const ours = (): ReadableSpan[] =>
  exporter
    .getFinishedSpans()
    .filter((span) => span.instrumentationScope.name === 'ai-sdk-load-balancer')
    .toSorted((a, b) => startOf(a) - startOf(b));

const parentOf = (span: ReadableSpan | undefined): ReadableSpan | undefined =>
  exporter.getFinishedSpans().find((each) => each.spanContext().spanId === span?.parentSpanContext?.spanId);

const toMs = ([seconds, nanoseconds]: readonly [number, number]): number => seconds * 1_000 + nanoseconds / 1e6;
const startOf = (span: ReadableSpan): number => toMs(span.startTime);
const endOf = (span: ReadableSpan): number => toMs(span.endTime);

const SKEW_MS = 150;

/** What ends before the next begins, all of it within what is around. */
function expectOneAfterTheOther(spans: readonly ReadableSpan[], around: ReadableSpan): void {
  const moments = spans.flatMap((span) => [startOf(span), endOf(span)]);
  const all = [startOf(around), ...moments, endOf(around)];
  // A span begins by the machine's clock and ends by a monotonic one, which drift apart where the former is corrected.
  for (const [index, moment] of all.slice(1).entries()) expect(moment).toBeGreaterThan(all[index]! - SKEW_MS);
}

const portOf = (url: string): number => Number(new URL(url).port);

async function instrumented(prefix: (service: Awaited<ReturnType<typeof startServices>>[number]) => object) {
  const services = await startServices('one', 'two', 'three');
  const balanced = createBalancedProvider({
    endpoints: services.map((service) => prefix(service)) as never,
    loadBalancing: false,
  });
  instrument(balanced);
  return { services, balanced };
}

describe('the spans of a call with two failovers', () => {
  it('are children of the span that the AI SDK makes of the call, one after the other', async () => {
    const { services, balanced } = await instrumented(openAI);
    services[0].behave(status(500));
    services[1].behave(rateLimited(60));

    const { text } = await ai.generateText({ model: balanced('gpt-4'), prompt: 'Hello', maxRetries: 0, ...telemetry });

    expect(text).toBe(greetingOf('three'));
    const spans = ours();
    const parent = parentOf(spans[0]);
    expect(parent?.instrumentationScope.name).toBe(sdkMajor < 7 ? 'ai' : 'gen_ai');
    expect(parent?.name).toBe(sdkMajor < 7 ? 'ai.generateText.doGenerate' : 'chat gpt-4');
    expect(spans.map((span) => parentOf(span))).toEqual([parent, parent, parent]);
    expect(new Set(exporter.getFinishedSpans().map((span) => span.spanContext().traceId)).size).toBe(1);
    expectOneAfterTheOther(spans, parent!);
    const common = {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-4',
      'server.address': '127.0.0.1',
      'balanced.deployment': 'gpt-4',
    };
    expect(spans.map(({ name, kind, attributes }) => ({ name, kind, attributes }))).toEqual([
      {
        name: 'chat gpt-4',
        kind: 2,
        attributes: {
          ...common,
          'server.port': portOf(services[0].baseURL),
          'balanced.endpoint': 'one',
          'balanced.attempt': 1,
          'balanced.outcome': 'failure',
          'error.type': '500',
        },
      },
      {
        name: 'chat gpt-4',
        kind: 2,
        attributes: {
          ...common,
          'server.port': portOf(services[1].baseURL),
          'balanced.endpoint': 'two',
          'balanced.attempt': 2,
          'balanced.failover.from': 'one',
          'balanced.outcome': 'failure',
          'error.type': '429',
        },
      },
      {
        name: 'chat gpt-4',
        kind: 2,
        attributes: {
          ...common,
          'server.port': portOf(services[2].baseURL),
          'balanced.endpoint': 'three',
          'balanced.attempt': 3,
          'balanced.failover.from': 'two',
          'balanced.outcome': 'success',
          'gen_ai.response.finish_reasons': ['stop'],
          'gen_ai.usage.input_tokens': expect.any(Number),
          'gen_ai.usage.output_tokens': expect.any(Number),
        },
      },
    ]);
  });

  it.runIf(sdkMajor === 7)('leave the address of the server that answered on the span of the AI SDK', async () => {
    const { services, balanced } = await instrumented(azure);
    services[0].behave(status(500));
    const models: readonly (readonly [string, ReturnType<BalancedProvider['chat']>])[] = [
      ['chat', balanced.chat('gpt-4')],
      ['responses', balanced.responses('gpt-4')],
    ];
    for (const [, model] of models) {
      exporter.reset();
      await ai.generateText({ model, prompt: 'Hello', maxRetries: 0, ...telemetry });
      expect(parentOf(ours()[0])?.attributes).toMatchObject({
        'server.address': '127.0.0.1',
        'server.port': portOf(services[1].baseURL),
      });
    }
  });
});

describe('the spans of a stream that failed over before its content', () => {
  it('are children of the span that the AI SDK makes of the stream, and last as long as the stream', async () => {
    const { services, balanced } = await instrumented(openAI);
    services[0].behave(interrupted('preamble', 'reset'));
    services[1].behave(status(503));

    const result = ai.streamText({ model: balanced('gpt-4'), prompt: 'Hello', maxRetries: 0, ...telemetry });
    const reading = await readStream(result.fullStream);

    expect(reading.text).toBe(greetingOf('three'));
    const spans = ours();
    const parent = parentOf(spans[0]);
    expect(parent?.name).toBe(sdkMajor < 7 ? 'ai.streamText.doStream' : 'chat gpt-4');
    expect(spans.map((span) => parentOf(span))).toEqual([parent, parent, parent]);
    expectOneAfterTheOther(spans, parent!);
    expect(spans.map(({ attributes }) => attributes['balanced.outcome'])).toEqual(['failure', 'failure', 'success']);
    expect(spans.map(({ attributes }) => attributes['balanced.failover.from'])).toEqual([undefined, 'one', 'two']);
    expect(spans[2]?.attributes).toMatchObject({
      'gen_ai.request.stream': true,
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.response.time_to_first_chunk': expect.any(Number),
    });
    // It may have been the first one's, which has failed.
    if (sdkMajor === 7) expect(parent?.attributes).not.toHaveProperty('server.address');
  });
});

describe('the span of an attempt for embeddings', () => {
  it('is in the trace of what is active around the call', async () => {
    const { balanced } = await instrumented(openAI);
    const tracer = trace.getTracer('app');

    await tracer.startActiveSpan('around', async (span) => {
      await ai.embed({ model: balanced.embeddingModel('text-embedding-3-small'), value: 'a', maxRetries: 0 });
      span.end();
    });

    const [attempt] = ours();
    expect(attempt?.attributes).toMatchObject({ 'gen_ai.operation.name': 'embeddings', 'balanced.outcome': 'success' });
    expect(parentOf(attempt)?.name).toBe('around');
  });
});
