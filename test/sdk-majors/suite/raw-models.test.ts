/**
 * What the SDK's own models make of each failure, on each major. Nothing here is ours: it pins what the failover of
 * streams is built on, so that a release of the SDK which behaves otherwise is seen here first.
 */
import { createOpenAI } from '@ai-sdk/openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { greetingOf } from '../../support/answer.ts';
import { answer, html, interrupted, reset, status, type Behaviour } from '../../support/behaviour.ts';
import { startFakeService, type FakeService } from '../../support/fake-service.ts';
import { readStream } from '../../support/read-stream.ts';
import { sdkMajor, streamOf } from './sdk-major.ts';

/** How the failure shows: by what. `end` is an end by a `finish` part that names no reason, and nothing else. */
type Sign = 'doStream throws' | 'error part' | 'reading throws' | 'end';

const bySdk = (signs: readonly [four: Sign, five: Sign, sixAndSeven: Sign]): Sign =>
  signs[sdkMajor === 4 ? 0 : sdkMajor === 5 ? 1 : 2];

const chat: readonly (readonly [string, Behaviour, Sign])[] = [
  ['an HTTP error', status(500), 'doStream throws'],
  ['a reset before the headers', reset(), 'doStream throws'],
  [
    'an error as its first event',
    interrupted('headers', 'error-event'),
    bySdk(['error part', 'error part', 'doStream throws']),
  ],
  ['malformed JSON', interrupted('headers', 'malformed-event'), 'error part'],
  ['an empty stream', interrupted('headers', 'end'), 'end'],
  ['a truncated stream', interrupted('preamble', 'end'), 'end'],
  ['a page with status 200', html(), 'end'],
  [
    'a reset before content',
    interrupted('preamble', 'reset'),
    bySdk(['reading throws', 'reading throws', 'doStream throws']),
  ],
  ['a reset after content', interrupted(2, 'reset'), 'reading throws'],
  ['an end after content', interrupted(2, 'end'), 'end'],
  ['an error event after content', interrupted(2, 'error-event'), 'error part'],
];

const responses: readonly (readonly [string, Behaviour, Sign])[] = [
  ['an HTTP error', status(500), 'doStream throws'],
  ['a reset before the headers', reset(), 'doStream throws'],
  [
    'an error as its first event',
    interrupted('headers', 'error-event'),
    bySdk(['error part', 'end', 'doStream throws']),
  ],
  [
    'response.failed as its first event',
    interrupted('headers', 'failed-event'),
    bySdk(['end', 'end', 'doStream throws']),
  ],
  // An output item has begun by then, which SDK 6 and 7 take for output.
  ['an error before content', interrupted('preamble', 'error-event'), bySdk(['error part', 'end', 'error part'])],
  ['response.failed before content', interrupted('preamble', 'failed-event'), bySdk(['end', 'end', 'error part'])],
  ['malformed JSON', interrupted('headers', 'malformed-event'), 'error part'],
  ['an empty stream', interrupted('headers', 'end'), 'end'],
  ['a truncated stream', interrupted('preamble', 'end'), 'end'],
  ['a page with status 200', html(), 'end'],
  ['a reset before content', interrupted('preamble', 'reset'), 'reading throws'],
  ['a reset after content', interrupted(2, 'reset'), 'reading throws'],
  ['an end after content', interrupted(2, 'end'), 'end'],
];

let service: FakeService;
beforeAll(async () => {
  service = await startFakeService('raw');
});
afterAll(() => service.close());

describe.each([
  ['chat', chat],
  ['responses', responses],
] as const)('the SDK’s own %s model', (api, failures) => {
  const modelOf = () => createOpenAI({ baseURL: service.baseURL, apiKey: 'any' })[api]('gpt-4');

  it('reads a good stream of the fake service whole', async () => {
    service.behave(answer());

    const reading = await readStream(await streamOf(modelOf()));

    expect(reading).toMatchObject({ text: greetingOf('raw'), finishReason: 'stop', errors: [] });
  });

  it.each(failures)('shows %s in the way that failover relies on', async (_, behaviour, sign) => {
    service.behave(behaviour);

    expect(await signOf(modelOf())).toBe(sign);
  });
});

async function signOf(model: Parameters<typeof streamOf>[0]): Promise<Sign> {
  const stream = await streamOf(model).catch(() => undefined);
  if (stream === undefined) return 'doStream throws';
  const { errors, partTypes, finishReason } = await readStream(stream);
  if (partTypes.includes('error')) return 'error part';
  if (errors.length > 0) return 'reading throws';
  expect(['unknown', 'other', 'interrupted']).toContain(finishReason);
  return 'end';
}
