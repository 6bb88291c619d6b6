import { getEventListeners } from 'node:events';

import { JSONParseError, type LanguageModelV4StreamPart, TypeValidationError } from '@ai-sdk/provider';
import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';

import { AllEndpointsFailedError, AttemptTimeoutError, IncompleteStreamError } from '../../../src/index.ts';
import { apiError, networkError } from '../api-error.ts';
import { buildRing, type Ring } from '../build-ring.ts';
import {
  after,
  answers,
  type Behaviour,
  delta,
  fails,
  finish,
  finishWithoutReason,
  hangs,
  prompt,
  start,
  type Step,
  streams,
  textParts,
  usage,
} from '../fake-endpoint.ts';
import { happenings, pass, useFakeTime } from '../fake-time.ts';
import { watch } from '../outcome.ts';

useFakeTime();

type Part = LanguageModelV4StreamPart;

/** A ring whose calls make one round, and whose parts are passed on as they are. */
const ringOf: typeof buildRing = (plans, settings) =>
  buildRing(plans, { metadata: false, retry: { rounds: 1 }, ...settings });

/** What a reader has seen so far. */
interface Reading {
  readonly parts: Part[];
  end: 'none yet' | 'closed' | 'threw';
  error?: unknown;
}

function read(stream: ReadableStream<Part>): Reading {
  const reading: Reading = { parts: [], end: 'none yet' };
  const readAll = async (): Promise<void> => {
    const reader = stream.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      reading.parts.push(value);
    }
    reading.end = 'closed';
  };
  readAll().catch((error: unknown) => Object.assign(reading, { end: 'threw', error }));
  return reading;
}

async function openStream({ balanced }: Ring, abortSignal?: AbortSignal) {
  return balanced('m').doStream({ prompt, ...(abortSignal && { abortSignal }) });
}

/** Reads a stream as far as it goes without any time passing. */
async function readingOf(ring: Ring, abortSignal?: AbortSignal): Promise<Reading> {
  const { stream } = await openStream(ring, abortSignal);
  const reading = read(stream);
  await happenings();
  return reading;
}

const errorIn = ({ parts }: Reading): unknown => {
  const last = parts.at(-1);
  return last?.type === 'error' ? last.error : undefined;
};
const causeOf = (error: unknown): unknown => (error as Error | undefined)?.cause;
const typesOf = ({ parts }: Reading) => parts.map(({ type }) => type);

/** Compares by identity, which `toEqual` does not. */
function expectSameParts(actual: readonly Part[], expected: readonly Part[]): void {
  expect(actual).toEqual(expected);
  for (const [index, part] of actual.entries()) expect(part).toBe(expected[index]);
}

function expectNothingLeft(ring: Ring, signal?: AbortSignal): void {
  expect(ring.inFlight().every((count) => count === 0)).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
  if (signal !== undefined) expect(getEventListeners(signal, 'abort')).toEqual([]);
}

/** What AI SDK 7 makes of a stream that ended without a word. */
const interruptedFinish: Part = { type: 'finish', finishReason: { unified: 'interrupted', raw: undefined }, usage };

const toolParts: readonly Part[] = [
  start,
  { type: 'tool-input-start', id: 'c-1', toolName: 'weather' },
  { type: 'tool-input-delta', id: 'c-1', delta: '{"city":' },
  { type: 'tool-input-delta', id: 'c-1', delta: '"Oslo"}' },
  { type: 'tool-input-end', id: 'c-1' },
  { type: 'tool-call', toolCallId: 'c-1', toolName: 'weather', input: '{"city":"Oslo"}' },
  finish('tool-calls'),
];
const reasoningParts: readonly Part[] = [
  start,
  { type: 'response-metadata', id: 'r-1', modelId: 'm' },
  { type: 'reasoning-start', id: 'r' },
  { type: 'reasoning-delta', id: 'r', delta: 'Hm.' },
  { type: 'reasoning-end', id: 'r' },
  { type: 'raw', rawValue: { any: 'thing' } },
  { type: 'source', sourceType: 'url', id: 's-1', url: 'https://a.example' },
  ...textParts('answer').slice(2),
];

describe('a chunk that the model could not read', () => {
  const unread = (value: unknown): Part => ({ type: 'error', error: new TypeValidationError({ value, cause: 'x' }) });
  const keepalive = unread({ type: 'keepalive' });
  const garbled: Part = { type: 'error', error: new JSONParseError({ text: 'ping', cause: 'x' }) };
  const failedFinish: Part = { type: 'finish', finishReason: { unified: 'error', raw: undefined }, usage };

  it.each<[string, readonly Part[]]>([
    ['first', [keepalive, ...textParts('a')]],
    ['after the first parts', [start, keepalive, garbled, ...textParts('a').slice(1)]],
    ['in the middle', [start, delta('a'), keepalive, delta('b'), garbled, finish()]],
  ])('is told, and the stream goes on: %s', async (_, parts) => {
    const ring = ringOf([streams(...parts), answers('other')]);

    const reading = await readingOf(ring);

    expectSameParts(reading.parts, parts);
    expect(ring.attempts()).toEqual([1, 0]);
    expect(ring.status()?.state).toBe('closed');
  });

  it.each<[string, readonly Step[]]>([
    ['finish of a failure', [start, unread({ object: 'error', message: 'm', code: 503 }), failedFinish]],
    ['an end', [start, keepalive]],
  ])('before %s and without content is nothing to the reader, who gets the next answer', async (_, steps) => {
    const ring = ringOf([streams(...steps), answers('other')]);

    const reading = await readingOf(ring);

    expect(reading.parts).toEqual(textParts('other'));
  });

  it('before the end of a stream is what broke it', async () => {
    const parts = [start, delta('a'), keepalive];
    const ring = ringOf([streams(...parts, failedFinish)]);

    const reading = await readingOf(ring);

    expectSameParts(reading.parts.slice(0, -1), parts);
    expect(IncompleteStreamError.isInstance(errorIn(reading))).toBe(true);
    expect(TypeValidationError.isInstance(causeOf(errorIn(reading)))).toBe(true);
    expect(reading.end).toBe('closed');
    expectNothingLeft(ring);
  });

  it('long before a cut does not hide it', async () => {
    const ring = ringOf([streams(start, keepalive, delta('a'), keepalive, delta('b'))]);

    const reading = await readingOf(ring);

    expect(typesOf(reading).slice(-2)).toEqual(['text-delta', 'error']);
    expect(IncompleteStreamError.isInstance(errorIn(reading))).toBe(true);
  });

  it('does not count as content for timeout.idleMs', async () => {
    const steps: Step[] = [start, delta('a'), ...Array.from({ length: 9 }, () => [{ waitMs: 400 }, keepalive]).flat()];
    const ring = ringOf([streams(...steps, 'hang')], { timeout: { idleMs: 1_000 } });
    const reading = read((await openStream(ring)).stream);

    await pass(1_300);

    expect(AttemptTimeoutError.isInstance(causeOf(errorIn(reading)))).toBe(true);
  });
});

describe('a stream that goes well', () => {
  it.each([
    ['text', textParts('hello')],
    ['tool calls', toolParts],
    ['reasoning, sources and raw events', reasoningParts],
    ['a tool call alone', [start, { type: 'tool-call', toolCallId: 'c', toolName: 't', input: '{}' }, finish()]],
    ['an empty answer that was cut for its length', [start, finish('length')]],
    ['an empty answer that is meant so', [start, finish('stop')]],
    ['an answer that was filtered', [start, delta('a'), finish('content-filter')]],
    ['no stream-start', [delta('a'), finish()]],
    ['empty deltas in between', [start, delta(''), delta('a'), delta(''), delta('b'), finish()]],
    ['a part of a type that is not known yet', [start, { type: 'hologram' } as unknown as Part, finish()]],
    [
      'a finish reason of an unknown name',
      [start, delta('a'), { ...finish(), finishReason: { unified: 'other', raw: 'new' } }],
    ],
  ] as readonly (readonly [string, readonly Part[]])[])(
    'passes its parts on in order and by reference: %s',
    async (_, parts) => {
      const ring = ringOf([streams(...parts), answers()]);

      const reading = await readingOf(ring);

      expectSameParts(reading.parts, parts);
      expect(reading.end).toBe('closed');
      expect(ring.attempts()).toEqual([1, 0]);
      expectNothingLeft(ring);
    },
  );

  it('adds metadata to its finish part, beside what is there, and to no other part', async () => {
    const last = { ...finish(), providerMetadata: { openai: { logprobs: 1 } } };
    const parts: readonly Part[] = [start, delta('a'), last];
    const ring = ringOf([fails(apiError(500)), streams(...parts)], { metadata: true });

    const reading = await readingOf(ring);

    expectSameParts(reading.parts.slice(0, 2), parts.slice(0, 2));
    expect(reading.parts[2]).toEqual({
      ...last,
      providerMetadata: { openai: { logprobs: 1 }, balanced: { endpoint: 'e1', attempts: 2, modelId: 'm' } },
    });
    expect(last.providerMetadata).toEqual({ openai: { logprobs: 1 } });
  });

  it('passes a ping on at once, before any content', async () => {
    const ring = ringOf([streams(start, { type: 'ping' }, { waitMs: 1_000 }, delta('a'), finish())]);

    const reading = await readingOf(ring);
    expect(typesOf(reading)).toContain('ping');

    await pass(1_000);
    expect(reading.end).toBe('closed');
  });

  it('keeps every part but an early ping in its place', async () => {
    const parts: readonly Part[] = [start, { type: 'ping' }, delta('a'), { type: 'ping' }, finish()];
    const ring = ringOf([streams(...parts)]);

    const { parts: seen } = await readingOf(ring);

    const [first, early, ...rest] = parts;
    expectSameParts(seen, [early as Part, first as Part, ...rest]);
  });

  it('is returned before its first content', async () => {
    const ring = ringOf([streams(start, { waitMs: 60_000 }, ...textParts('late').slice(1))]);

    const opened = watch(openStream(ring));
    await happenings();

    expect(opened.state).toBe('fulfilled');
    await opened.value?.stream.cancel();
  });

  it('is not read ahead of its reader', async () => {
    let asked = 0;
    const counted = new Proxy(textParts('hello') as Step[], {
      get: (target, key) => {
        if (typeof key === 'string' && /^\d+$/.test(key)) asked = Math.max(asked, Number(key));
        return Reflect.get(target, key);
      },
    });
    const ring = ringOf([{ ...answers(), stream: async () => counted }]);
    const { stream } = await openStream(ring);
    const reader = stream.getReader();

    for (let part = 0; part < 4; part++) await reader.read();
    await happenings();

    // The fourth part is the first with content, so nothing behind it was needed.
    expect(asked).toBeLessThanOrEqual(4);
    await reader.cancel();
  });
});

/** Every way in which a stream can fail, as steps that come after others. */
const failures: readonly (readonly [string, readonly Step[]])[] = [
  ['closes', []],
  ['finishes without a reason', [finishWithoutReason]],
  ['finishes interrupted', [interruptedFinish]],
  ['has an error part', [{ type: 'error', error: apiError(500) }, finish()]],
  ['has an error part with a plain object', [{ type: 'error', error: { error: { code: 'server_error' } } }]],
  ['has an error part with a string', [{ type: 'error', error: 'overloaded' }]],
  ['has an error part with nothing', [{ type: 'error', error: undefined }]],
  ['is reset', [{ throws: networkError('ECONNRESET') }]],
  ['throws a string', [{ throws: 'reset' }]],
  ['throws nothing', [{ throws: undefined }]],
];

describe('a stream that fails before content', () => {
  const beginnings: readonly (readonly Part[])[] = [
    [],
    [start],
    [start, { type: 'response-metadata', id: 'dead' }, { type: 'text-start', id: 'dead' }, delta('')],
    [start, { type: 'tool-input-start', id: 'dead', toolName: 't' }, { type: 'raw', rawValue: 1 }],
    [start, { type: 'reasoning-start', id: 'dead' }, { type: 'reasoning-end', id: 'dead' }],
  ];

  it.each(failures)('fails over without a trace when it %s', async (_, steps) => {
    for (const beginning of beginnings) {
      const parts = textParts('whole');
      const ring = ringOf([streams(...beginning, ...steps), streams(...parts)]);

      const reading = await readingOf(ring);

      expectSameParts(reading.parts, parts);
      expect(reading.end).toBe('closed');
      expect(ring.attempts()).toEqual([1, 1]);
      expectNothingLeft(ring);
    }
  });

  it('fails over as often as there are deployments', async () => {
    const parts = textParts('whole');
    const dead = failures.map(([, steps]) => streams(start, ...steps));
    const ring = ringOf([...dead, fails(networkError('ECONNREFUSED')), streams(...parts)]);

    const reading = await readingOf(ring);

    expectSameParts(reading.parts, parts);
    expect(new Set(ring.attempts())).toEqual(new Set([1]));
  });

  it('has the headers, the body and the metadata of the attempt that the text came from', async () => {
    const ring = ringOf([streams(start), answers()], { metadata: true });

    const { stream, response, request } = await openStream(ring);
    const reading = read(stream);
    await happenings();

    expect(response?.headers).toEqual({ 'x-endpoint': 'e1' });
    expect(request?.body).toBe('to e1');
    expect(reading.parts.at(-1)).toMatchObject({ providerMetadata: { balanced: { endpoint: 'e1', attempts: 2 } } });
  });

  it('is closed if it is still open', async () => {
    const ring = ringOf([streams(start, { type: 'error', error: apiError(500) }, 'hang'), answers()]);

    await readingOf(ring);

    expect(ring.endpoints[0].attempts[0]?.cancelReasons).toHaveLength(1);
  });

  it('ends in one error part when no deployment is left', async () => {
    const ring = ringOf([streams(start), streams(start, finishWithoutReason), fails(apiError(500))]);

    const reading = await readingOf(ring);

    expect(typesOf(reading)).toEqual(['error']);
    expect(reading.end).toBe('closed');
    expect(AllEndpointsFailedError.isInstance(errorIn(reading))).toBe(true);
    expect((errorIn(reading) as AllEndpointsFailedError).attempts).toHaveLength(3);
    expectNothingLeft(ring);
  });

  it('goes on in the next round after a wait', async () => {
    const ring = ringOf([streams(start), streams(start)], { retry: { rounds: 2 } });
    const reading = await readingOf(ring);
    ring.endpoints[1].behave(answers('second round'));
    ring.endpoints[0].behave(answers('second round'));
    expect(reading.parts).toEqual([]);

    await pass(2_001);

    expect(typesOf(reading)).toEqual(textParts('').map(({ type }) => type));
    expect(ring.attempts()).toEqual([2, 1]);
    expectNothingLeft(ring);
  });

  it('makes no more rounds than retry.rounds, whether streams fail when they open or later', async () => {
    const ring = ringOf([streams(start)], { retry: { rounds: 3 } });
    ring.endpoints[0].behaveOnce(streams(start), fails(apiError(500)), streams(start));

    const reading = await readingOf(ring);
    await pass(60_000);

    expect(ring.attempts()).toEqual([3]);
    expect(typesOf(reading)).toEqual(['error']);
  });

  it('for a bad request passes that error on as it is, and no other deployment is asked', async () => {
    const error = apiError(400);
    const ring = ringOf([streams(start, { type: 'error', error }), answers()]);

    const reading = await readingOf(ring);

    expect(errorIn(reading)).toBe(error);
    expect(ring.attempts()).toEqual([1, 0]);
    expectNothingLeft(ring);
  });

  it('fails over for an empty filtered answer only when the settings say so', async () => {
    const filtered = streams(start, finish('content-filter'));
    const parts = textParts('whole');

    const plain = await readingOf(ringOf([filtered, streams(...parts)]));
    const optedIn = await readingOf(ringOf([filtered, streams(...parts)], { failoverOn: ['content-filter'] }));

    expect(typesOf(plain)).toEqual(['stream-start', 'finish']);
    expectSameParts(optedIn.parts, parts);
  });

  it('ends with the filtered answer and the name of its endpoint when every deployment filters', async () => {
    const filtered = streams(start, finish('content-filter'));

    const reading = await readingOf(ringOf([filtered, filtered], { failoverOn: ['content-filter'], metadata: true }));

    expect(typesOf(reading)).toEqual(['stream-start', 'finish']);
    expect(reading.parts.at(-1)).toMatchObject({ providerMetadata: { balanced: { endpoint: 'e1', attempts: 2 } } });
  });
});

describe('a stream that fails after content', () => {
  it.each(failures)('keeps its content, and ends in an error part and a close, when it %s', async (_, steps) => {
    const said = [start, { type: 'text-start', id: 't' } as const, delta('half an ')];
    const ring = ringOf([streams(...said, ...steps), answers()]);

    const reading = await readingOf(ring);

    expectSameParts(reading.parts.slice(0, -1), said);
    expect(reading.parts.at(-1)?.type).toBe('error');
    expect(reading.end).toBe('closed');
    expect(ring.attempts()).toEqual([1, 0]);
    expectNothingLeft(ring);
    expect(ring.status()?.failures).toBe(1);
  });

  it('is an IncompleteStreamError whatever broke it, with the endpoint and the cause by reference', async () => {
    const error = networkError('ECONNRESET');

    for (const step of [{ throws: error }, { type: 'error', error } as const]) {
      const broken = errorIn(await readingOf(ringOf([streams(delta('a'), step)])));
      expect(IncompleteStreamError.isInstance(broken)).toBe(true);
      expect(broken).toMatchObject({ endpoint: 'e0' });
      expect(causeOf(broken)).toBe(error);
    }
    const cut = errorIn(await readingOf(ringOf([streams(delta('a'))])));
    expect(IncompleteStreamError.isInstance(cut)).toBe(true);
  });

  it.each<[string, Part]>([
    ['a tool call', { type: 'tool-call', toolCallId: 'c', toolName: 't', input: '{}' }],
    ['a piece of a tool’s input', { type: 'tool-input-delta', id: 'c', delta: '{' }],
    ['reasoning', { type: 'reasoning-delta', id: 'r', delta: 'Hm.' }],
    ['a source', { type: 'source', sourceType: 'url', id: 's', url: 'https://a.example' }],
    ['a file', { type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'AA==' } }],
    ['a part of a type that is not known yet', { type: 'hologram' } as unknown as Part],
  ])('is not begun anew: %s is content', async (_, content) => {
    const ring = ringOf([streams(start, content), answers()]);

    const reading = await readingOf(ring);

    expect(typesOf(reading)).toEqual(['stream-start', content.type, 'error']);
    expect(ring.attempts()).toEqual([1, 0]);
  });

  it('sends nothing after the error', async () => {
    const ring = ringOf([streams(start, delta('a'), { type: 'error', error: 'x' }, delta('b'), finish())]);

    expect(typesOf(await readingOf(ring))).toEqual(['stream-start', 'text-delta', 'error']);
  });

  it('ends well when only its connection fails, after its finish part', async () => {
    const parts = [start, delta('a'), finish()];
    const ring = ringOf([streams(...parts, { throws: networkError('ECONNRESET') })]);

    const reading = await readingOf(ring);

    expectSameParts(reading.parts, parts);
    expect(reading.end).toBe('closed');
  });
});

describe('cancelling a stream', () => {
  const script: readonly Step[] = [...textParts('hello').slice(0, -1), { waitMs: 10 }, finish(), 'hang'];

  it.each([0, 1, 2, 3, 4, 5, 6])('after %i parts closes the upstream, and leaves nothing behind', async (count) => {
    const ring = ringOf([streams(...script), answers()]);
    const controller = new AbortController();
    const { stream } = await openStream(ring, controller.signal);
    const reader = stream.getReader();
    for (let part = 0; part < count; part++) {
      const reading = reader.read();
      await pass(10);
      await reading;
    }

    await reader.cancel('enough');
    await happenings();

    // With the finish part, the answer was whole: its connection was closed then, for no reason of the reader's.
    expect(ring.endpoints[0].attempts[0]?.cancelReasons).toEqual([count === 6 ? undefined : 'enough']);
    expect(ring.attempts()).toEqual([1, 0]);
    expectNothingLeft(ring, controller.signal);
    expect(ring.status()).toMatchObject({ state: 'closed', failures: 0 });
  });

  it.each<[string, readonly Step[]]>([
    ['waits for the first part', ['hang']],
    ['waits for content', [start, 'hang']],
    ['waits for the next part', [start, delta('a'), 'hang']],
  ])('while its reader %s closes the upstream, and ends the reading', async (_, steps) => {
    const ring = ringOf([streams(...steps), answers()], {
      timeout: { attemptMs: 60_000, idleMs: 60_000, firstContentMs: 60_000 },
      totalTimeoutMs: 90_000,
    });
    const controller = new AbortController();
    const { stream } = await openStream(ring, controller.signal);
    const reader = stream.getReader();
    const reads = [1, 2, 3].map(() => watch(reader.read()));
    await happenings();

    await reader.cancel('enough');
    await happenings();

    expect(reads.every(({ state }) => state === 'fulfilled')).toBe(true);
    expect(ring.endpoints[0].attempts[0]?.cancelReasons).toEqual(['enough']);
    expect(ring.attempts()).toEqual([1, 0]);
    expectNothingLeft(ring, controller.signal);
  });

  it('while it waits for the next round keeps it from asking again', async () => {
    const ring = ringOf([streams(start)], { retry: { rounds: 3 } });
    const { stream } = await openStream(ring);
    const reader = stream.getReader();
    const reading = watch(reader.read());
    await pass(500);

    await reader.cancel('enough');
    await happenings();

    expect(reading.value).toEqual({ done: true, value: undefined });
    expectNothingLeft(ring);
    await pass(60_000);
    expect(ring.attempts()).toEqual([1]);
  });

  it('while the next deployment opens its stream closes that one too, when it comes', async () => {
    const ring = ringOf([streams(start), after(1_000, streams(start, 'hang'))]);
    const { stream } = await openStream(ring);
    const reader = stream.getReader();
    void reader.read();
    await happenings();
    expect(ring.attempts()).toEqual([1, 1]);

    await reader.cancel('enough');
    await happenings();
    expect(ring.inFlight()).toEqual([0, 0]);
    await pass(1_000);

    expect(ring.endpoints[1].attempts[0]?.options.abortSignal?.aborted).toBe(true);
    expect(ring.endpoints[1].attempts[0]?.cancelReasons).toHaveLength(1);
  });
});

describe('an abort by the caller', () => {
  it.each<[string, readonly Step[], number]>([
    ['before content', [start, 'hang'], 0],
    ['after content', [start, delta('a'), 'hang'], 2],
  ])('%s ends the reading with its reason, and closes the upstream', async (_, steps, seen) => {
    const ring = ringOf([streams(...steps), answers()]);
    const controller = new AbortController();
    const reading = await readingOf(ring, controller.signal);
    const reason = { left: true };

    controller.abort(reason);
    await happenings();

    expect(reading.parts).toHaveLength(seen);
    expect(reading.end).toBe('threw');
    expect(reading.error).toBe(reason);
    expect(ring.endpoints[0].attempts[0]?.cancelReasons).toHaveLength(1);
    expect(ring.attempts()).toEqual([1, 0]);
    expectNothingLeft(ring, controller.signal);
    expect(ring.status()).toMatchObject({ state: 'closed', failures: 0 });
  });

  it('while the stream is not being read closes the upstream at once', async () => {
    const ring = ringOf([streams(start, delta('a'), 'hang'), answers()]);
    const controller = new AbortController();
    await openStream(ring, controller.signal);

    controller.abort('gone');
    await happenings();

    expect(ring.endpoints[0].attempts[0]?.cancelReasons).toHaveLength(1);
    expectNothingLeft(ring, controller.signal);
  });
});

describe('timeout.firstContentMs', () => {
  const settings = { timeout: { firstContentMs: 1_000 } };

  it.each<[string, Behaviour]>([
    ['a stream that does not open', hangs()],
    ['a stream that is silent', streams('hang')],
    ['a stream without content', streams(start, { type: 'text-start', id: 't' }, delta(''), 'hang')],
    [
      'a stream that only pings',
      streams(...Array.from({ length: 40 }, (): readonly Step[] => [{ waitMs: 100 }, { type: 'ping' }]).flat()),
    ],
  ])('fails over from %s', async (_, behaviour) => {
    const ring = ringOf([behaviour, answers('whole')], settings);
    const opened = watch(openStream(ring).then(({ stream }) => read(stream)));

    await pass(999);
    expect(ring.attempts()).toEqual([1, 0]);
    await pass(1);

    expect(ring.attempts()).toEqual([1, 1]);
    expect(typesOf(opened.value as Reading).filter((type) => type !== 'ping')).toEqual(
      textParts('').map(({ type }) => type),
    );
    expectNothingLeft(ring);
  });

  it('is no limit for what comes after', async () => {
    const ring = ringOf([streams(start, delta('a'), { waitMs: 60_000 }, finish())], settings);
    const reading = await readingOf(ring);

    await pass(60_000);

    expect(typesOf(reading)).toEqual(['stream-start', 'text-delta', 'finish']);
    expectNothingLeft(ring);
  });

  it('is no limit for calls without a stream', async () => {
    const ring = ringOf([after(5_000, answers())], settings);

    const call = watch(ring.balanced('m').doGenerate({ prompt }));
    await pass(5_000);

    expect(call.state).toBe('fulfilled');
  });
});

describe('timeout.idleMs', () => {
  const settings = { timeout: { idleMs: 1_000 } };
  const pings = Array.from({ length: 40 }, (): readonly Step[] => [
    { waitMs: 100 },
    { type: 'ping' },
    delta(''),
  ]).flat();

  it.each<[string, readonly Step[]]>([
    ['falls silent', ['hang']],
    ['only pings and sends empty deltas', pings],
  ])('ends a stream that %s after content, with an error that is not an abort', async (_, steps) => {
    const ring = ringOf([streams(start, delta('a'), ...steps), answers()], settings);
    const reading = await readingOf(ring);

    await pass(998);
    expect(typesOf(reading)).not.toContain('error');
    await pass(3);

    const error = errorIn(reading);
    expect(AttemptTimeoutError.isInstance(causeOf(error))).toBe(true);
    expect(causeOf(error)).toMatchObject({ setting: 'timeout.idleMs', timeoutMs: 1_000, endpoint: 'e0' });
    expect(['AbortError', 'TimeoutError']).not.toContain((error as Error).name);
    expect(reading.end).toBe('closed');
    expect(ring.endpoints[0].attempts[0]?.cancelReasons).toHaveLength(1);
    expect(ring.attempts()).toEqual([1, 0]);
    expectNothingLeft(ring);
  });

  it('begins anew with each part that has content', async () => {
    const slow = Array.from({ length: 20 }, (_, index): readonly Step[] => [
      { waitMs: 999 },
      delta(String(index)),
    ]).flat();
    const ring = ringOf([streams(start, delta('a'), ...slow, finish())], settings);
    const reading = await readingOf(ring);

    await pass(20_000);

    expect(typesOf(reading)).not.toContain('error');
    expect(reading.end).toBe('closed');
    expectNothingLeft(ring);
  });

  it.each<[string, readonly Step[], number]>([
    ['content', [start, delta('a'), delta('b'), finish()], 2],
    ['a part without any', [start, delta('a'), { type: 'text-end', id: 't' }, delta('b'), finish()], 3],
  ])('does not count the time in which its reader does not read, after %s', async (_, steps, count) => {
    const ring = ringOf([streams(...steps)], settings);
    const { stream } = await openStream(ring);
    const reader = stream.getReader();
    for (let part = 0; part < count; part++) await reader.read();

    await pass(60_000);
    reader.releaseLock();
    const reading = read(stream);
    await happenings();

    expect(typesOf(reading)).toEqual(['text-delta', 'finish']);
    expectNothingLeft(ring);
  });
});

describe('a reader that has asked for several parts at once', () => {
  it.each<[string, readonly Step[]]>([
    ['finishes', [start, delta('a'), delta('b'), finish()]],
    ['is reset', [start, delta('a'), delta('b'), { throws: networkError('ECONNRESET') }]],
    ['has an error part', [start, delta('a'), delta('b'), { type: 'error', error: 'overloaded' }]],
    ['closes', [start, delta('a'), delta('b')]],
    ['closes after a while', [start, delta('a'), { waitMs: 100 }, delta('b'), { waitMs: 100 }]],
    ['fails before content', [start]],
  ])('has all its reads answered, and leaves no timer behind, when the stream %s', async (_, steps) => {
    const ring = ringOf([streams(...steps)], { timeout: { idleMs: 1_000, firstContentMs: 1_000, attemptMs: 9_000 } });
    const { stream } = await openStream(ring);
    const reader = stream.getReader();

    const reads = Array.from({ length: 8 }, () => watch(reader.read()));
    await pass(200);

    expect(reads.every(({ state }) => state === 'fulfilled')).toBe(true);
    expect(reads.at(-1)?.value).toEqual({ done: true, value: undefined });
    expectNothingLeft(ring);
  });
});

describe('timeout.attemptMs', () => {
  it('lasts until the end of a stream', async () => {
    const ring = ringOf([streams(start, delta('a'), { waitMs: 600 }, delta('b'), { waitMs: 600 }, finish())], {
      timeout: { attemptMs: 1_000 },
    });
    const reading = await readingOf(ring);

    await pass(1_000);

    expect(typesOf(reading)).toEqual(['stream-start', 'text-delta', 'text-delta', 'error']);
    expect(causeOf(errorIn(reading))).toMatchObject({ setting: 'timeout.attemptMs' });
    expectNothingLeft(ring);
  });
});

describe('totalTimeoutMs', () => {
  it('ends a stream after content in an error part, and leaves nothing behind', async () => {
    const ring = ringOf([streams(start, delta('a'), 'hang'), answers()], { totalTimeoutMs: 1_000 });
    const reading = await readingOf(ring);

    await pass(1_000);

    expect(typesOf(reading)).toEqual(['stream-start', 'text-delta', 'error']);
    expect(reading.end).toBe('closed');
    expect(ring.attempts()).toEqual([1, 0]);
    expectNothingLeft(ring);
  });

  it('ends a stream before content in an error part, and leaves nothing behind', async () => {
    const ring = ringOf([streams(start, 'hang'), answers()], { totalTimeoutMs: 1_000 });
    const reading = await readingOf(ring);

    await pass(1_000);

    expect(typesOf(reading)).toEqual(['error']);
    expect(AllEndpointsFailedError.isInstance(errorIn(reading))).toBe(true);
    expect(ring.attempts()).toEqual([1, 0]);
    expectNothingLeft(ring);
  });
});

/*
 * Random scripts at two or three deployments. The model knows only the rules: the first deployment that sends content is
 * the one whose stream is passed on.
 */

const part = fc.constantFrom<() => Part>(
  () => ({ type: 'stream-start', warnings: [] }),
  () => ({ type: 'response-metadata', id: 'r' }),
  () => ({ type: 'text-start', id: 't' }),
  () => ({ type: 'text-delta', id: 't', delta: '' }),
  () => ({ type: 'text-delta', id: 't', delta: 'word' }),
  () => ({ type: 'text-end', id: 't' }),
  () => ({ type: 'reasoning-delta', id: 'r', delta: 'hm' }),
  () => ({ type: 'tool-input-start', id: 'c', toolName: 't' }),
  () => ({ type: 'tool-input-delta', id: 'c', delta: '{' }),
  () => ({ type: 'tool-call', toolCallId: 'c', toolName: 't', input: '{}' }),
  () => ({ type: 'raw', rawValue: {} }),
);
const ending = fc.constantFrom(
  'finishes',
  'is cut for its length',
  'closes',
  'finishes without a reason',
  'has an error part',
  'is reset',
  'does not open',
  'hangs',
);

interface Script {
  readonly parts: readonly Part[];
  readonly ending: typeof ending extends fc.Arbitrary<infer Ending> ? Ending : never;
  readonly pauses: readonly number[];
}

const script: fc.Arbitrary<Script> = fc.record({
  parts: fc.array(part, { maxLength: 6 }).map((makers) => makers.map((make) => make())),
  ending,
  pauses: fc.array(fc.constantFrom(0, 0, 50), { maxLength: 6 }),
});

const hasContent = (given: Part): boolean =>
  given.type === 'tool-call' ||
  ((given.type === 'text-delta' || given.type === 'reasoning-delta' || given.type === 'tool-input-delta') &&
    given.delta !== '');

const last: Readonly<Record<string, readonly Step[]>> = {
  finishes: [finish()],
  'is cut for its length': [finish('length')],
  closes: [],
  'finishes without a reason': [finishWithoutReason],
  'has an error part': [{ type: 'error', error: { error: { code: 'server_error' } } }],
  'is reset': [{ throws: networkError('ECONNRESET') }],
  hangs: ['hang'],
};

function behaviourOf({ parts, ending: how, pauses }: Script): Behaviour {
  if (how === 'does not open') return fails(apiError(503));
  const steps = parts.flatMap((given, index): readonly Step[] => {
    const waitMs = pauses[index] ?? 0;
    return waitMs === 0 ? [given] : [{ waitMs }, given];
  });
  return streams(...steps, ...(last[how] ?? []));
}

/** What the reader has to see of one deployment, or `undefined` when another one has to answer. */
function heardOf({
  parts,
  ending: how,
}: Script): { readonly parts: readonly Part[]; readonly isWhole: boolean } | undefined {
  if (how === 'does not open') return undefined;
  if (how === 'finishes' || how === 'is cut for its length') {
    return { parts: [...parts, ...((last[how] ?? []) as readonly Part[])], isWhole: true };
  }
  return parts.some(hasContent) ? { parts, isWhole: false } : undefined;
}

describe('with two or three deployments that send and fail in any way,', () => {
  const timeout = { firstContentMs: 1_000, idleMs: 1_000 };
  const scripts = fc.array(script, { minLength: 2, maxLength: 3 });

  it('a stream is one of theirs as a whole, or the beginning of one and an error part, and has nothing twice', async () => {
    await fc.assert(
      fc.asyncProperty(scripts, async (given) => {
        vi.clearAllTimers();
        const ring = ringOf(given.map(behaviourOf), { timeout });
        const opened = watch(openStream(ring).then(({ stream }) => read(stream)));
        await pass(10_000);

        const heardOfEach = given.map(heardOf);
        const heard = heardOfEach.find((of) => of !== undefined);
        const asked = heard === undefined ? given.length : heardOfEach.indexOf(heard) + 1;
        expect(ring.attempts()).toEqual(given.map((_, index) => (index < asked ? 1 : 0)));
        if (opened.state === 'rejected') {
          expect(heard).toBeUndefined();
          expect(AllEndpointsFailedError.isInstance(opened.error)).toBe(true);
        } else {
          const { parts: seen, end } = opened.value as Reading;
          expect(end).toBe('closed');
          const expected = heard?.parts ?? [];
          expectSameParts(seen.slice(0, expected.length), expected);
          const rest = seen.slice(expected.length).map(({ type }) => type);
          expect(rest).toEqual(heard?.isWhole ? [] : ['error']);
        }
        expectNothingLeft(ring);
      }),
      { numRuns: 200 },
    );
  });

  it('a stream that is cancelled or aborted at any moment leaves nothing behind', async () => {
    await fc.assert(
      fc.asyncProperty(
        scripts,
        fc.nat({ max: 8 }),
        fc.constantFrom('cancel', 'abort'),
        fc.constantFrom(0, 30, 50, 100),
        async (given, count, how, waitMs) => {
          vi.clearAllTimers();
          const ring = ringOf(given.map(behaviourOf), { timeout, retry: { rounds: 2 } });
          const controller = new AbortController();
          const opening = watch(openStream(ring, controller.signal));
          await happenings();
          const reader = opening.value?.stream.getReader();
          for (let index = 0; index < count; index++) if (reader !== undefined) watch(reader.read());
          await pass(waitMs);

          if (how === 'abort') controller.abort('gone');
          else if (reader === undefined) return controller.abort('gone');
          else watch(reader.cancel('enough'));
          await happenings();

          expectNothingLeft(ring, controller.signal);
          const asked = ring.attempts();
          await pass(60_000);
          expect(ring.attempts()).toEqual(asked);
          expectNothingLeft(ring, controller.signal);
        },
      ),
      { numRuns: 200 },
    );
  });
});

it('a stream that never comes to content is handed on as it comes, and no faster than it is read', async () => {
  const { balanced, endpoints } = ringOf([streams(...Array.from({ length: 2_000 }, () => start), 'hang')]);

  const { stream } = await balanced('m').doStream({ prompt });
  const reading = read(stream);
  for (let turn = 0; turn < 20; turn++) await happenings();

  expect(reading.parts).toHaveLength(2_000);
  expect(endpoints[0].attempts).toHaveLength(1);
});

it('pings are not piled up while nothing reads', async () => {
  const pings = Array.from({ length: 500 }, (): Step => ({ type: 'ping' }) as never);
  const { balanced } = ringOf([streams(start, ...pings, { waitMs: 1_000 }, ...textParts('there').slice(1))]);

  const { stream } = await balanced('m').doStream({ prompt });
  await pass(2_000);
  const reading = read(stream);
  await pass(0);

  expect(reading.parts.filter(({ type }) => type === ('ping' as never)).length).toBeLessThan(3);
  expect(reading.end).toBe('closed');
});
