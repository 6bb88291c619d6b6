import { AsyncLocalStorage } from 'node:async_hooks';

import { describe, expect, it } from 'vitest';

import type { BalancedEventName, BalancedEvents, BalancedProvider, BalancedProviderSettings } from '../../src/index.ts';
import { apiError, networkError, rateLimit } from './api-error.ts';
import { buildRing } from './build-ring.ts';
import {
  after,
  answers,
  type Behaviour,
  delta,
  fails,
  finish,
  hangs,
  prompt,
  start,
  streams,
  textParts,
} from './fake-endpoint.ts';
import { happenings, pass, useFakeTime } from './fake-time.ts';

useFakeTime();

const names = [
  'attempt',
  'failover',
  'cooldown',
  'recovered',
  'rateLimited',
  'exhausted',
] as const satisfies BalancedEventName[];

type Heard = { [Name in (typeof names)[number]]: BalancedEvents[Name][] };

/** A ring of deployments called `e0-m`, `e1-m`, …, whose calls make one round. */
const ringOf = (behaviours: readonly Behaviour[], settings: Partial<BalancedProviderSettings> = {}) =>
  buildRing(
    behaviours.map((does, index) => ({ does, deployments: { m: `e${index}-m` } })),
    { retry: { rounds: 1 }, ...settings },
  );

function listenTo(balanced: BalancedProvider): Heard {
  const heard: Heard = { attempt: [], failover: [], cooldown: [], recovered: [], rateLimited: [], exhausted: [] };
  balanced.on('attempt', (event) => void heard.attempt.push(event));
  balanced.on('failover', (event) => void heard.failover.push(event));
  balanced.on('cooldown', (event) => void heard.cooldown.push(event));
  balanced.on('recovered', (event) => void heard.recovered.push(event));
  balanced.on('rateLimited', (event) => void heard.rateLimited.push(event));
  balanced.on('exhausted', (event) => void heard.exhausted.push(event));
  return heard;
}

describe('the event attempt', () => {
  it('is sent for each attempt of a call in turn', async () => {
    const { balanced, ask } = ringOf([
      after(30, fails(apiError(503, { error: { code: 'overloaded' } }))),
      after(20, fails(networkError('ECONNRESET'))),
      after(10, answers()),
    ]);
    const { attempt } = listenTo(balanced);

    ask();
    await pass(100);

    const common = { modelId: 'm' };
    expect(attempt).toMatchObject([
      {
        ...common,
        attempt: 1,
        endpoint: 'e0',
        deployment: 'e0-m',
        class: 'retryable',
        statusCode: 503,
        code: 'overloaded',
        durationMs: 30,
      },
      {
        ...common,
        attempt: 2,
        endpoint: 'e1',
        deployment: 'e1-m',
        class: 'retryable',
        statusCode: undefined,
        code: 'ECONNRESET',
        durationMs: 20,
      },
      {
        ...common,
        attempt: 3,
        endpoint: 'e2',
        deployment: 'e2-m',
        class: 'success',
        statusCode: undefined,
        code: undefined,
        durationMs: 10,
      },
    ]);
  });

  it('is sent at the end of a stream and not before', async () => {
    const { balanced } = ringOf([streams(start, delta('a'), { waitMs: 500 }, delta('b'), finish())]);
    const { attempt } = listenTo(balanced);

    const { stream } = await balanced('m').doStream({ prompt });
    void stream.pipeTo(new WritableStream());
    await pass(499);
    expect(attempt).toEqual([]);
    await pass(1);

    expect(attempt).toMatchObject([{ attempt: 1, class: 'success', durationMs: 500 }]);
  });

  it('is sent for an attempt that the caller aborted', async () => {
    const { balanced, ask } = ringOf([hangs()]);
    const { attempt, failover, exhausted } = listenTo(balanced);
    const controller = new AbortController();

    ask({ abortSignal: controller.signal });
    await pass(70);
    controller.abort();
    await happenings();

    expect(attempt).toMatchObject([{ endpoint: 'e0', class: 'aborted', durationMs: 70 }]);
    expect([failover, exhausted]).toEqual([[], []]);
  });
});

describe('the event failover', () => {
  it('names the endpoint that failed, the next one, and the class of the failure', async () => {
    const { balanced, askTimes } = ringOf([fails(rateLimit(60)), fails(apiError(500)), answers()]);
    const { failover } = listenTo(balanced);

    await askTimes(1);

    expect(failover).toMatchObject([
      { modelId: 'm', from: 'e0', to: 'e1', class: 'rate-limited' },
      { modelId: 'm', from: 'e1', to: 'e2', class: 'retryable' },
    ]);
  });

  it('is sent inside a stream as well', async () => {
    const { balanced } = ringOf([streams(start), answers()]);
    const { failover } = listenTo(balanced);

    const { stream } = await balanced('m').doStream({ prompt });
    for await (const _ of stream);

    expect(failover).toMatchObject([{ modelId: 'm', from: 'e0', to: 'e1', class: 'retryable' }]);
  });
});

describe('the events cooldown and recovered', () => {
  it('are sent once each for a deployment', async () => {
    const { endpoints, balanced, askTimes } = ringOf([fails(apiError(500)), answers()], {
      failureThreshold: 2,
      cooldownMs: 1_000,
    });
    const { cooldown, recovered } = listenTo(balanced);
    for (let call = 0; call < 4; call++) await askTimes(1);
    expect(cooldown).toEqual([{ endpoint: 'e0', deployment: 'e0-m', class: 'retryable', cooldownMs: 1_000 }]);

    endpoints[0]?.behave(answers());
    await pass(1_000);
    for (let call = 0; call < 4; call++) await askTimes(1);

    expect(recovered).toEqual([{ endpoint: 'e0', deployment: 'e0-m' }]);
    expect(cooldown).toHaveLength(1);
  });

  it('are sent for a whole endpoint, without the name of a deployment', async () => {
    const { endpoints, balanced, askTimes } = ringOf([fails(apiError(401)), answers()]);
    const { cooldown, recovered } = listenTo(balanced);
    await askTimes(1);
    expect(cooldown).toEqual([{ endpoint: 'e0', deployment: undefined, class: 'misconfigured', cooldownMs: 600_000 }]);

    endpoints[0]?.behave(answers());
    await pass(600_000);
    await askTimes(1);

    expect(recovered).toEqual([{ endpoint: 'e0', deployment: undefined }]);
  });
});

describe('events', () => {
  it('rateLimited has the time until the deployment is asked again', async () => {
    const { balanced, askTimes } = ringOf([fails(rateLimit(7)), answers()]);
    const { rateLimited, cooldown } = listenTo(balanced);

    await askTimes(1);

    expect(rateLimited).toEqual([{ endpoint: 'e0', deployment: 'e0-m', retryAfterMs: 7_000 }]);
    expect(cooldown).toEqual([]);
  });

  it('exhausted has every attempt and the soonest time', async () => {
    const { balanced, askTimes } = ringOf([fails(rateLimit(70)), fails(rateLimit(30))]);
    const { exhausted } = listenTo(balanced);

    await askTimes(1);

    expect(exhausted).toMatchObject([
      {
        modelId: 'm',
        retryAfterMs: 30_000,
        attempts: [
          { endpoint: 'e0', class: 'rate-limited', statusCode: 429 },
          { endpoint: 'e1', class: 'rate-limited', statusCode: 429 },
        ],
      },
    ]);
  });

  it('of a rejected request are the attempt alone', async () => {
    const { balanced, askTimes } = ringOf([fails(apiError(400)), answers()]);
    const heard = listenTo(balanced);

    await askTimes(1);

    expect(names.filter((name) => heard[name].length > 0)).toEqual(['attempt']);
    expect(heard.attempt).toMatchObject([{ class: 'rejected', statusCode: 400 }]);
  });

  it('cannot be changed by the listener that is called first', async () => {
    const { balanced, askTimes } = ringOf([answers()]);
    balanced.on('attempt', (event) => void Object.assign(event, { endpoint: 'changed' }));
    const { attempt } = listenTo(balanced);

    await askTimes(1);

    expect(attempt).toMatchObject([{ endpoint: 'e0' }]);
  });
});

describe('a listener', () => {
  const faults: readonly (readonly [string, () => unknown])[] = [
    [
      'throws',
      () => {
        throw new Error('a bug of the listener');
      },
    ],
    ['rejects', () => Promise.reject(new Error('a bug of the listener'))],
    [
      'returns a thenable that throws',
      () => ({
        // oxlint-disable-next-line unicorn/no-thenable -- that is what is tested
        then: () => {
          throw new Error('a bug of the listener');
        },
      }),
    ],
  ];

  it.each(faults)('that %s breaks no call, and the other listeners are called', async (_, fault) => {
    const { balanced, askTimes, inFlight } = ringOf([fails(apiError(500)), fails(rateLimit(1)), answers()], {
      failureThreshold: 1,
      cooldownMs: 1_000,
    });
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    for (const name of names) balanced.on(name, fault);
    const { attempt, cooldown, rateLimited } = listenTo(balanced);

    const [call] = await askTimes(1);
    const { stream } = await balanced('m').doStream({ prompt });
    const types: string[] = [];
    for await (const { type } of stream) types.push(type);
    await happenings();
    process.off('unhandledRejection', note);

    expect(call?.state).toBe('fulfilled');
    expect(types).toEqual(textParts('hello').map(({ type }) => type));
    expect([attempt.length, cooldown.length, rateLimited.length]).toEqual([4, 1, 1]);
    expect(unhandled).toEqual([]);
    expect(inFlight()).toEqual([0, 0, 0]);
  });

  it('is not called any more once it has been removed', async () => {
    const { balanced, askTimes } = ringOf([answers()]);
    let count = 0;
    const stop = balanced.on('attempt', () => void (count += 1));
    await askTimes(1);

    stop();
    stop();
    await askTimes(1);

    expect(count).toBe(1);
  });

  it('that was added twice is called twice, and removed one at a time', async () => {
    const { balanced, askTimes } = ringOf([answers()]);
    let count = 0;
    const listener = () => void (count += 1);
    const stop = balanced.on('attempt', listener);
    balanced.on('attempt', listener);
    await askTimes(1);
    expect(count).toBe(2);

    stop();
    await askTimes(1);

    expect(count).toBe(3);
  });

  it('sees in status() what its event says', async () => {
    const { balanced, askTimes, status } = ringOf([fails(apiError(500)), answers()], { failureThreshold: 1 });
    const states: unknown[] = [];
    balanced.on('cooldown', () => void states.push(status()?.state));

    await askTimes(1);

    expect(states).toEqual(['open']);
  });

  it('can make a call of its own', async () => {
    const { endpoints, balanced, ask, askTimes } = ringOf([answers()]);
    const stop = balanced.on('attempt', () => {
      stop();
      ask();
    });

    await askTimes(1);
    await happenings();

    expect(endpoints[0]?.attempts).toHaveLength(2);
  });
});

it.each([
  ['for an event that there is not', 'atempt', () => undefined],
  ['for a name that every object has', 'toString', () => undefined],
  ['with what is no function', 'attempt', undefined],
])('on() %s fails at once', (_, name, listener) => {
  const { balanced } = ringOf([answers()]);

  expect(() => balanced.on(name as 'attempt', listener as never)).toThrow(TypeError);
});

describe('the events of one call', () => {
  /** The names of all events with an id of a call, in their order, with the id. */
  function record(balanced: BalancedProvider) {
    const recorded: { readonly name: string; readonly callId: string; readonly attemptId?: string }[] = [];
    for (const name of ['callStart', 'waiting', 'attemptStart', 'content', 'attempt', 'failover', 'callEnd'] as const) {
      balanced.on(name, (event) => void recorded.push({ name, ...event }));
    }
    return recorded;
  }

  it('begin with callStart, end with callEnd, and carry one callId', async () => {
    const { balanced, askTimes } = ringOf([fails(apiError(500)), answers()]);
    const recorded = record(balanced);

    await askTimes(1);

    expect(recorded.map(({ name }) => name)).toEqual([
      'callStart',
      'attemptStart',
      'attempt',
      'failover',
      'attemptStart',
      'content',
      'attempt',
      'callEnd',
    ]);
    expect(new Set(recorded.map(({ callId }) => callId)).size).toBe(1);
    expect(new Set(recorded.flatMap(({ attemptId }) => attemptId ?? [])).size).toBe(2);
  });

  it('carry another callId than those of another call, also of another provider', async () => {
    const [one, other] = [ringOf([answers()]), ringOf([answers()])];
    const recorded = [record(one.balanced), record(other.balanced)];

    await one.askTimes(2);
    await other.askTimes(1);

    expect(new Set(recorded.flat().map(({ callId }) => callId)).size).toBe(3);
  });

  it('tell of the wait, the time to the first content, and the tokens', async () => {
    const { endpoints, balanced, ask } = ringOf([fails(rateLimit(2))], { retry: { rounds: 2 } });
    const ends: BalancedEvents['callEnd'][] = [];
    const recorded = record(balanced);
    balanced.on('callEnd', (event) => void ends.push(event));

    ask();
    await happenings();
    endpoints[0]?.behave(after(500, answers()));
    await pass(3_000);

    expect(recorded.map(({ name }) => name)).toContain('waiting');
    expect(ends).toMatchObject([
      { outcome: 'success', endpoint: 'e0', attempts: 2, tokens: { inputTokens: 1, outputTokens: 1, totalTokens: 2 } },
    ]);
    expect(ends[0]?.waitedMs).toBeGreaterThanOrEqual(2_000);
    expect(ends[0]?.firstContentMs).toBe(ends[0]?.durationMs);
  });

  it.each<[string, 'failure' | 'aborted', Behaviour]>([
    ['fails', 'failure', fails(apiError(500))],
    ['is aborted', 'aborted', hangs()],
  ])('end with how the call ended, when it %s', async (_, outcome, behaviour) => {
    const { balanced, ask } = ringOf([behaviour]);
    const ends: BalancedEvents['callEnd'][] = [];
    balanced.on('callEnd', (event) => void ends.push(event));
    const controller = new AbortController();

    ask({ abortSignal: controller.signal });
    await happenings();
    controller.abort();
    await happenings();

    expect(ends).toMatchObject([{ outcome, attempts: 1, endpoint: undefined, tokens: undefined }]);
  });

  it('reach listeners in the async context of the caller, at the end of a stream too', async () => {
    const context = new AsyncLocalStorage<string>();
    const { balanced } = ringOf([streams(start, delta('a'), finish())]);
    const heardIn: unknown[] = [];
    for (const name of ['callStart', 'attemptStart', 'content', 'attempt', 'callEnd'] as const) {
      balanced.on(name, () => void heardIn.push(context.getStore()));
    }

    const { stream } = await context.run('caller', async () => await balanced('m').doStream({ prompt }));
    await context.run('reader', async () => await stream.pipeTo(new WritableStream()));

    expect(heardIn).toEqual(['caller', 'caller', 'caller', 'caller', 'caller']);
  });
});

it('a listener that registers another one, or itself again, is called once for each event', async () => {
  const { balanced, ask } = ringOf([answers()]);
  let calls = 0;
  const listener = (): void => {
    calls += 1;
    // Without an end the process would hang.
    if (calls < 1_000) balanced.on('attempt', listener);
  };
  balanced.on('attempt', listener);

  ask();
  await happenings();

  expect(calls).toBe(1);
});
