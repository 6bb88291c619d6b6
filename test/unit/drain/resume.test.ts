import { describe, expect, it } from 'vitest';

import { apiError } from '../api-error.ts';
import { buildRing } from '../build-ring.ts';
import { fails } from '../fake-endpoint.ts';
import { happenings, pass, useFakeTime } from '../fake-time.ts';

useFakeTime();

describe('resume()', () => {
  it('gives an endpoint its calls again, in the same tick already', async () => {
    const { balanced, ask, askTimes, attempts } = buildRing([{}, {}]);
    void balanced.drain('e0');
    await askTimes(1);

    balanced.resume('e0');
    ask();
    await happenings();

    expect(attempts()).toEqual([1, 1]);
  });

  it('serves the calls that waited for it at once, in the order of their arrival', async () => {
    const { endpoints, balanced, ask } = buildRing([{}]);
    void balanced.drain('e0');
    const calls = ['a', 'b', 'c'].map((id) => ask({ headers: { 'x-call': id } }));
    await pass(1_000);
    expect(calls.map(({ state }) => state)).toEqual(['pending', 'pending', 'pending']);

    balanced.resume('e0');
    await happenings();

    expect(calls.map(({ state }) => state)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
    expect(endpoints[0].attempts.map(({ options }) => options.headers?.['x-call'])).toEqual(['a', 'b', 'c']);
  });

  it('keeps the cooldown that an endpoint had before it was drained', async () => {
    const { balanced, askTimes, attempts, status } = buildRing([fails(apiError(401)), {}]);
    await askTimes(1);

    void balanced.drain('e0');
    await pass(1_000);
    balanced.resume('e0');
    await askTimes(3);

    expect(attempts()).toEqual([1, 4]);
    expect(balanced.status().endpoints[0]?.cooldownMs).toBe(599_000);
    expect(status()?.inFlight).toBe(0);
  });

  it('does nothing to an endpoint that is not drained', async () => {
    const { balanced, askTimes, attempts } = buildRing([{}, {}]);

    balanced.resume('e0');
    await askTimes(1);

    expect(attempts()).toEqual([1, 0]);
  });
});
