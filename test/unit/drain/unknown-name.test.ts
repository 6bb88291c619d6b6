import { describe, expect, it } from 'vitest';

import { type BalancedProvider, createBalancedProvider } from '../../../src/index.ts';
import { buildRing } from '../build-ring.ts';
import { happenings, useFakeTime } from '../fake-time.ts';
import { watch } from '../outcome.ts';

useFakeTime();

/** Which endpoints are drained, in the order configured. */
const drainedOf = (balanced: BalancedProvider) => balanced.status().endpoints.map(({ isDrained }) => isDrained);

describe('an unknown name', () => {
  const names = [{ name: 'east' }, { name: 'west' }] as const;

  // Whether drain() throws or rejects: an application that awaits it sees the same.
  it.each<[string, (balanced: BalancedProvider, name: string) => unknown]>([
    ['drain', (balanced, name) => balanced.drain(name)],
    ['resume', (balanced, name) => balanced.resume(name)],
    ['reset', (balanced, name) => balanced.reset(name)],
  ])('makes %s() a TypeError that lists the names', async (_, act) => {
    const { balanced } = buildRing(names);

    for (const name of ['est', '', 'toString', '__proto__']) {
      const attempt = async () => act(balanced, name);
      await expect(attempt()).rejects.toThrow(TypeError);
      await expect(attempt()).rejects.toThrow(/east.*west/);
    }
  });

  it('changes nothing', async () => {
    const { balanced, askTimes, attempts } = buildRing(names);

    await Promise.allSettled([(async () => balanced.drain('est'))()]);
    await askTimes(1);

    expect(drainedOf(balanced)).toEqual([false, false]);
    expect(attempts()).toEqual([1, 0]);
  });

  it('is one that another provider object has', async () => {
    buildRing([{ name: 'north' }]);
    const { balanced } = buildRing(names);

    await expect((async () => balanced.drain('north'))()).rejects.toThrow(TypeError);
  });
});

it('an endpoint that is skipped for its missing credentials can be drained, resumed and reset', async () => {
  const [main] = buildRing([{}]).endpoints;
  const balanced = createBalancedProvider({
    endpoints: [main.settings(), { type: 'openai', name: 'skipped', apiKeyEnv: 'A_KEY_THAT_IS_NOT_SET' }],
    onMissingCredentials: 'skip',
    api: 'chat',
  });

  const drained = watch(balanced.drain('skipped'));
  await happenings();
  expect(drained.state).toBe('fulfilled');
  expect(drainedOf(balanced)).toEqual([false, true]);
  balanced.resume('skipped');
  balanced.reset('skipped');

  expect(drainedOf(balanced)).toEqual([false, false]);
});
