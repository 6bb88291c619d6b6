import { expect, it } from 'vitest';

import { HedgeBudget } from '../../../src/ring/hedge-budget.ts';

const takeAll = (budget: HedgeBudget, times: number): number => {
  let taken = 0;
  for (; budget.affords(times); taken++) budget.take();
  return taken;
};

it('a hedge budget is the same share of every thousand calls, however many of them were hedged at once', () => {
  const budget = new HedgeBudget(0.5);
  const takenOverThousand = (): number => {
    for (let call = 0; call < 1_000; call++) budget.begin();
    return takeAll(budget, 10);
  };

  const taken = [1, 2, 3, 4, 5].map(takenOverThousand);

  expect(taken).toEqual([500, 500, 500, 500, 500]);
});

it.each([1, 19, 20, 39, 40, 1_000])('a hedge budget of a twentieth is never exceeded in %i calls', (calls) => {
  const budget = new HedgeBudget(0.05);
  for (let call = 0; call < calls; call++) budget.begin();

  expect(takeAll(budget, 1) + takeAll(budget, 1.5)).toBe(Math.floor(0.05 * calls));
});

it('a hedge budget keeps half of itself for attempts that are silent for half as long again', () => {
  const budget = new HedgeBudget(0.1);
  for (let call = 0; call < 1_000; call++) budget.begin();

  expect([1, 1.49, 1.5].map((times) => takeAll(budget, times))).toEqual([50, 0, 50]);
});
