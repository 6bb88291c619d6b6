import { generateText, streamText } from 'ai';
import { createBalancedProvider } from 'ai-sdk-load-balancer';
import { describe, expect, it } from 'vitest';

import { greetingOf } from '../../support/answer.ts';
import { answer, html, interrupted, reset, status } from '../../support/behaviour.ts';
import { readStream } from '../../support/read-stream.ts';
import { startFailingAndHealthy, startServices } from '../../support/start-services.ts';
import { openAI } from './endpoints.ts';
import { streamOf } from './sdk-major.ts';

const prompt = 'Who are you?';

const failures = [
  ['an HTTP error', status(500)],
  ['an error as its first event', interrupted('headers', 'error-event')],
  ['an error after its first events', interrupted('preamble', 'error-event')],
  ['an error, with its fields one level down, as its first event', interrupted('headers', 'nested-error-event')],
  ['an error, with its fields one level down, after its first events', interrupted('preamble', 'nested-error-event')],
  ['response.failed as its first event', interrupted('headers', 'failed-event')],
  ['response.failed after its first events', interrupted('preamble', 'failed-event')],
  ['malformed JSON as its first event', interrupted('headers', 'malformed-event')],
  ['malformed JSON after its first events', interrupted('preamble', 'malformed-event')],
  ['an empty stream', interrupted('headers', 'end')],
  ['a stream that ends after its first events', interrupted('preamble', 'end')],
  ['a reset before the headers', reset()],
  ['a reset after the headers', interrupted('headers', 'reset')],
  ['a reset after its first events', interrupted('preamble', 'reset')],
  ['a page with status 200', html()],
] as const;

describe.each(['chat', 'responses', 'completion'] as const)('a %s stream', (api) => {
  it.each(failures)('that meets %s is answered by the next endpoint', async (_, behaviour) => {
    const [failing, healthy] = await startFailingAndHealthy(behaviour);
    const balanced = createBalancedProvider({
      endpoints: [openAI(failing), openAI(healthy)],
      loadBalancing: false,
    });
    const reported: unknown[] = [];

    const result = streamText({
      model: balanced[api]('gpt-4'),
      prompt,
      maxRetries: 0,
      onError: ({ error }) => void reported.push(error),
    });
    const reading = await readStream(result.fullStream);

    expect(reading).toMatchObject({
      text: greetingOf('healthy'),
      finishReason: 'stop',
      errors: [],
    });
    expect(reported).toEqual([]);
    expect([failing.requests.length, healthy.requests.length]).toEqual([1, 1]);
    await failing.settled();
  });

  it('shows nothing of the endpoint that failed', async () => {
    const [failing, healthy] = await startFailingAndHealthy(interrupted('preamble', 'end'));
    const [alone] = await startServices('healthy');
    const balanced = createBalancedProvider({
      endpoints: [openAI(failing), openAI(healthy)],
      loadBalancing: false,
      metadata: false,
    });
    const undisturbed = createBalancedProvider({ endpoints: [openAI(alone)], metadata: false });

    const reading = await readStream(await streamOf(balanced[api]('gpt-4')));
    const expected = await readStream(await streamOf(undisturbed[api]('gpt-4')));

    expect(reading).toEqual(expected);
  });

  it('has the response headers of the endpoint that answered', async () => {
    const [failing, healthy] = await startFailingAndHealthy(interrupted('preamble', 'end'));
    const balanced = createBalancedProvider({
      endpoints: [openAI(failing), openAI(healthy)],
      loadBalancing: false,
    });

    const result = streamText({ model: balanced[api]('gpt-4'), prompt, maxRetries: 0 });
    await readStream(result.fullStream);

    expect((await result.response).headers?.['x-request-id']).toBe('req_healthy_0');
  });

  it('that ends normally without content is an answer, and no other endpoint is asked', async () => {
    const [thinking, other] = await startFailingAndHealthy(answer({ text: '', finishReason: 'length' }));
    const balanced = createBalancedProvider({
      endpoints: [openAI(thinking), openAI(other)],
      loadBalancing: false,
    });

    const reading = await readStream(streamText({ model: balanced[api]('gpt-4'), prompt, maxRetries: 0 }).fullStream);

    expect(reading).toMatchObject({ text: '', finishReason: 'length', errors: [] });
    expect([thinking.requests.length, other.requests.length]).toEqual([1, 0]);
  });

  it('that the content filter ends is an answer, and no other endpoint is asked', async () => {
    const [filtering, other] = await startFailingAndHealthy(
      answer({ text: 'Once upon', finishReason: 'content_filter' }),
    );
    const balanced = createBalancedProvider({
      endpoints: [openAI(filtering), openAI(other)],
      loadBalancing: false,
    });

    const reading = await readStream(streamText({ model: balanced[api]('gpt-4'), prompt, maxRetries: 0 }).fullStream);

    expect(reading).toMatchObject({ text: 'Once upon', finishReason: 'content-filter', errors: [] });
    expect([filtering.requests.length, other.requests.length]).toEqual([1, 0]);
  });

  it('is whole for each of 20 readers at once beside an endpoint whose streams all fail', async () => {
    const [failing, healthy] = await startFailingAndHealthy(interrupted('preamble', 'end'));
    const balanced = createBalancedProvider({ endpoints: [openAI(failing), openAI(healthy)] });

    const readings = await Promise.all(
      Array.from({ length: 20 }, () =>
        readStream(streamText({ model: balanced[api]('gpt-4'), prompt, maxRetries: 0 }).fullStream),
      ),
    );

    expect(new Set(readings.map(({ text }) => text))).toEqual(new Set([greetingOf('healthy')]));
    expect(readings.flatMap(({ errors }) => errors)).toEqual([]);
  });
});

describe('a Responses answer that is no stream', () => {
  it('and whose document says that it failed is a failure, and the next endpoint is asked', async () => {
    const [failing, healthy] = await startFailingAndHealthy(interrupted('headers', 'failed-event'));
    const balanced = createBalancedProvider({
      endpoints: [openAI(failing), openAI(healthy)],
      loadBalancing: false,
    });

    const { text } = await generateText({
      model: balanced.responses('gpt-4'),
      prompt,
      maxRetries: 0,
    });

    expect(text).toBe(greetingOf('healthy'));
  });
});
