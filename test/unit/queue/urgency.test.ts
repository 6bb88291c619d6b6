import { describe, expect, it } from 'vitest';

import { buildRing } from '../build-ring.ts';
import { after, answers, hangs } from '../fake-endpoint.ts';
import { happenings, pass, useFakeTime } from '../fake-time.ts';

useFakeTime();

const background = { providerOptions: { balanced: { urgency: 'background' } } };

describe('a background call', () => {
  it('waits behind interactive calls that have come after it', async () => {
    const { ask } = buildRing([{ maxConcurrency: 1, does: after(1_000, answers()) }]);
    ask();
    await happenings();
    const patient = ask(background);
    const calls = [ask(), ask()];
    await pass(3_500);

    expect([patient, ...calls].map(({ state }) => state)).toEqual(['pending', 'fulfilled', 'fulfilled']);
    await pass(1_000);
    expect(patient.state).toBe('fulfilled');
  });

  it('is overtaken by an interactive call for which there is room', async () => {
    const { ask, attempts } = buildRing([{ rpm: 60 }]);
    for (let spent = 0; spent < 65; spent += 1) ask();
    await pass(10_000);
    const [before] = attempts();
    const patient = Array.from({ length: 60 }, () => ask(background));
    await pass(500);
    const call = ask();
    await pass(1_000);

    expect(call.state).toBe('fulfilled');
    expect(patient.filter(({ state }) => state === 'fulfilled')).toHaveLength((attempts()[0] ?? 0) - (before ?? 0) - 1);
    expect(patient.at(-1)?.state).toBe('pending');
  });

  it('has one turn of ten, however many interactive calls wait', async () => {
    const { ask } = buildRing([{ maxConcurrency: 1, does: after(100, answers()) }]);
    ask();
    await happenings();
    const patient = Array.from({ length: 5 }, () => ask(background));
    const calls = Array.from({ length: 100 }, () => ask());
    await pass(3_150);

    const done = (all: readonly { readonly state: string }[]) =>
      all.filter(({ state }) => state === 'fulfilled').length;
    expect([done(patient), done(calls)]).toEqual([3, 27]);
  });

  it('has its turn also while interactive calls find room without waiting', async () => {
    const { ask } = buildRing([{ rpm: 60 }]);
    for (let spent = 0; spent < 60; spent += 1) ask();
    await happenings();
    const patient = Array.from({ length: 10 }, () => ask(background));
    // As many as there is room for: 60 a minute.
    const calls = [];
    for (let second = 0; second < 40; second += 1) {
      await pass(900);
      calls.push(ask());
      await pass(100);
    }

    const served = patient.filter(({ state }) => state === 'fulfilled').length;
    expect(served).toBeGreaterThanOrEqual(3);
    expect(served).toBeLessThanOrEqual(5);
  });

  it('leaves to interactive calls their places in the queue', async () => {
    const { ask } = buildRing([{ maxConcurrency: 1, does: after(1_000, answers()) }], { maxWaiting: 2 });
    ask();
    await happenings();
    const patient = Array.from({ length: 3 }, () => ask(background));
    await happenings();
    const call = ask();
    await pass(2_500);

    expect(patient.map(({ state }) => state)).toEqual(['pending', 'pending', 'rejected']);
    expect(call.state).toBe('fulfilled');
  });

  it('waits as long as maxWaitMs allows calls of its urgency', async () => {
    const { ask } = buildRing([{ maxConcurrency: 1, does: hangs() }], {
      maxWaitMs: { interactive: 1_000, background: 5_000 },
    });
    ask();
    await happenings();
    const calls = [ask(), ask(background)];
    await pass(10_000);

    expect(calls.map(({ settledAt = 0 }) => Math.round(settledAt / 1_000))).toEqual([1, 5]);
    expect(calls[1]?.error).toMatchObject({ statusCode: 429 });
  });

  it('waits for its own model all of its wait before it goes on to another', async () => {
    const { ask, attempts } = buildRing([{ models: ['m'], maxConcurrency: 1, does: hangs() }, { models: ['b'] }], {
      fallbacks: { m: ['b'] },
      maxWaitMs: { background: 5_000 },
    });
    ask();
    await happenings();
    const call = ask(background);
    await pass(4_900);
    expect([call.state, attempts()]).toEqual(['pending', [1, 0]]);
    await pass(200);

    expect([call.state, attempts()]).toEqual(['fulfilled', [1, 1]]);
  });
});

it('status() counts the calls that wait by urgency', async () => {
  const { ask, balanced } = buildRing([{ maxConcurrency: 1, does: hangs() }]);
  for (let call = 0; call < 3; call += 1) ask();
  for (let call = 0; call < 4; call += 1) ask(background);
  await happenings();

  expect(balanced.status().waiting).toEqual([
    { modelId: 'm', urgency: 'interactive', calls: 2 },
    { modelId: 'm', urgency: 'background', calls: 4 },
  ]);
});
