import { describe, expect, it } from 'vitest';

import { AllEndpointsFailedError, InvalidSettingsError } from '../../../src/index.ts';
import { apiError } from '../api-error.ts';
import { buildRing } from '../build-ring.ts';
import { after, answers, fails, hangs } from '../fake-endpoint.ts';
import { happenings, pass, useFakeTime } from '../fake-time.ts';

useFakeTime();

const say = (balanced: object) => ({ providerOptions: { balanced: balanced as never } });
const dead = fails(apiError(503));
const limited = fails(apiError(429, { headers: { 'retry-after': '5' } }));

describe('a call', () => {
  it.each([
    ['goes to no other endpoint than those of `only`', { only: ['e2', 'e1'] }, [0, 1, 1]],
    ['goes to no endpoint of `not`', { not: ['e0', 'e2'] }, [0, 1, 0]],
    [
      'goes to the endpoints of `order` first, whatever their priority, and then to the rest',
      { order: ['e2'] },
      [1, 1, 1],
    ],
  ])('%s', async (_, options, expected) => {
    const { ask, attempts } = buildRing([dead, { priority: 1, does: dead }, { priority: 2, does: dead }], {
      retry: { rounds: 1 },
    });

    const call = ask(say(options));
    await happenings();

    expect(attempts()).toEqual(expected);
    const error = call.error as AllEndpointsFailedError;
    expect(error.attempts).toHaveLength(expected.reduce((sum, count) => sum + count, 0));
    expect(error.unavailable).toEqual([]);
  });

  it('follows `order` in its order', async () => {
    const { ask } = buildRing([dead, dead, dead], { retry: { rounds: 1 } });

    const call = ask(say({ order: ['e2', 'e0'] }));
    await happenings();

    const { attempts } = call.error as AllEndpointsFailedError;
    expect(attempts.map(({ endpoint }) => endpoint)).toEqual(['e2', 'e0', 'e1']);
  });

  it('waits for an endpoint of `only`, and not for another that could serve', async () => {
    const { ask, attempts } = buildRing([limited, answers()]);
    ask();
    await happenings();

    const call = ask(say({ only: ['e0'] }));
    await pass(1_000);

    expect(call.state).toBe('pending');
    expect(attempts()).toEqual([1, 1]);
  });

  it.each([
    ['shorter', 2_000, 2_000],
    ['longer', 60_000, 4_000],
  ])('waits for the smaller of its maxWaitMs and that of the settings: %s', async (_, maxWaitMs, expected) => {
    const { ask } = buildRing([{ maxConcurrency: 1, does: hangs() }], { maxWaitMs: 4_000 });
    ask();

    const call = ask(say({ maxWaitMs }));
    await pass(10_000);

    expect(call.settledAt).toBeGreaterThanOrEqual(expected);
    expect(call.settledAt).toBeLessThan(expected + 10);
  });

  it('makes no more attempts than its maxAttempts, in all its rounds', async () => {
    const { ask, attempts } = buildRing([dead, dead]);

    const call = ask(say({ maxAttempts: 3 }));
    await pass(60_000);

    expect(attempts()).toEqual([2, 1]);
    expect(call.error).toMatchObject({ message: expect.stringContaining('maxAttempts') as string });
    expect(AllEndpointsFailedError.isInstance(call.error)).toBe(true);
  });

  it('makes no hedge that its maxAttempts does not allow', async () => {
    const { ask, attempts } = buildRing([after(5_000, answers()), answers()], {
      hedge: { afterMs: 1_000, maxExtra: 1 },
    });

    const call = ask(say({ maxAttempts: 1 }));
    await pass(5_000);

    expect(attempts()).toEqual([1, 0]);
    expect(call.state).toBe('fulfilled');
  });
});

describe('an option of a call that cannot be followed', () => {
  it.each([
    [{ only: [] }, 'only', 'must not be empty'],
    [{ only: ['e0', 'east'] }, 'only[1]', 'is no endpoint; there are "e0", "e1"'],
    [{ not: 'e0' }, 'not', 'must be a list of names of endpoints'],
    [{ not: ['e0', 'e1'] }, 'not', 'leaves no endpoint that serves this model; "e0", "e1" would'],
    [{ order: [7] }, 'order[0]', 'is no endpoint'],
    [{ maxAttempts: 0 }, 'maxAttempts', 'must be 1 or more'],
    [{ maxAttempts: 1.5 }, 'maxAttempts', 'must be a whole number'],
    [{ maxWaitMs: -1 }, 'maxWaitMs', 'must be 0 or more'],
    [{ maxWait: 1 }, 'maxWait', 'is unknown; there are only, not, order'],
    [{ constructor: 1 }, 'constructor', 'is unknown; there are only'],
  ])('is refused before any request: %j', async (options, name, message) => {
    const { ask, attempts, balanced } = buildRing([answers(), answers()]);
    const started: unknown[] = [];
    balanced.on('callStart', (event) => started.push(event));

    const call = ask(say(options));
    await happenings();

    expect(InvalidSettingsError.isInstance(call.error)).toBe(true);
    expect((call.error as InvalidSettingsError).problems).toEqual([
      { path: `providerOptions.balanced.${name}`, message: expect.stringContaining(message) as string },
    ]);
    expect([attempts(), started]).toEqual([[0, 0], []]);
  });

  it('is refused in a stream too', async () => {
    const { balanced } = buildRing([answers()]);
    const model = balanced('m');

    await expect(model.doStream({ prompt: [], ...say({ only: [] }) })).rejects.toThrow('providerOptions.balanced.only');
  });
});

it('what a result carries may be handed back to the next call, and what JSON makes of `undefined` is left out', async () => {
  const { ask } = buildRing([answers()]);
  const first = ask();
  await happenings();

  const second = ask(say({ ...(first.value?.providerMetadata?.['balanced'] as object), only: null }));
  await happenings();

  expect(second.state).toBe('fulfilled');
});
