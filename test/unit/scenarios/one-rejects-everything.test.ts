import { describe, expect, it } from 'vitest';

import { apiError } from '../api-error.ts';
import { buildRing, type Ring } from '../build-ring.ts';
import { answers, type Behaviour, fails } from '../fake-endpoint.ts';
import { happenings, pass, useFakeTime } from '../fake-time.ts';

useFakeTime();

const rejection = apiError(400, {
  error: { type: 'invalid_request_error', code: 'unsupported_value', param: 'stream' },
});
const rejects = fails(rejection);

/** Answers good requests, and rejects bad ones. */
const service: Behaviour = {
  ...answers(),
  generate: (attempt) => (attempt.options.seed === 400 ? rejects : answers()).generate(attempt),
};
const bad = { seed: 400 };

/** Ten calls a second, of which a part is bad. Returns those, in order. */
async function play({ ask }: Ring, count: number, isBad: (index: number) => boolean = () => false) {
  const good: ReturnType<Ring['ask']>[] = [];
  const rejected: ReturnType<Ring['ask']>[] = [];
  for (let index = 0; index < count; index += 1) {
    (isBad(index) ? rejected : good).push(ask(isBad(index) ? bad : {}));
    await happenings();
    await pass(100);
  }
  return { good, rejected };
}

const failed = (calls: readonly { readonly state: string }[]): number =>
  calls.filter(({ state }) => state !== 'fulfilled').length;
const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

describe('one of three endpoints that rejects everything', () => {
  it('fails two calls of 3,000, and is asked hardly any more: it was a third of all', async () => {
    const ring = buildRing([rejects, service, service], { loadBalancing: true });

    const { good } = await play(ring, 3_000);

    expect(failed(good)).toBe(2);
    expect(ring.attempts()[0]).toBeLessThan(50);
    expect(ring.status(0)?.state).toBe('open');
  });

  it('serves again once it does not reject any more', async () => {
    const ring = buildRing([rejects, service, service], { loadBalancing: true });
    await play(ring, 300);
    ring.endpoints[0].behave(service);

    await play(ring, 300);

    expect(ring.status(0)?.state).toBe('closed');
    expect(ring.attempts()[0]).toBeGreaterThan(50);
  });

  it('fails no more calls when it goes on with some of them, and is not taken out for them', async () => {
    const ring = buildRing([service, { does: answers(), priority: 1 }]);

    const { rejected } = await play(ring, 300, (index) => index % 2 === 0);
    const { rejected: three } = await play(ring, 20, (index) => index < 3);

    expect(failed(rejected)).toBe(150);
    expect(failed(three)).toBe(2);
    const { rejected: more } = await play(ring, 100, (index) => index % 2 === 0);
    expect(failed(more)).toBe(0);
    expect(ring.status(0)?.state).toBe('closed');
  });
});

describe('a bad request', () => {
  it.each([
    ['one in twenty calls', (index: number) => index % 20 === 0, 0],
    ['one in two', (index: number) => (index * 7_919) % 101 < 50, 0.02],
    ['all calls', () => true, 0.05],
  ] as const)('is asked twice now and then at the most, where %s are bad', async (_, isBad, most) => {
    const ring = buildRing([service, service, service], { loadBalancing: true });

    const { good, rejected } = await play(ring, 2_000, isBad);

    const twice = sum(ring.attempts()) - 2_000;
    expect(failed(good)).toBe(0);
    expect(failed(rejected)).toBe(rejected.length);
    expect(rejected.every(({ error }) => error === rejection)).toBe(true);
    expect(twice / rejected.length).toBeLessThanOrEqual(most);
    expect([0, 1, 2].map((index) => ring.status(index)?.state)).toEqual(['closed', 'closed', 'closed']);
  });
});
