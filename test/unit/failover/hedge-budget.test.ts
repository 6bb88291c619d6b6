import { expect, it } from 'vitest';

import { HedgeBudget } from '../../../src/failover/hedge-budget.ts';

it('a hedge budget is the same share of every thousand calls, however many of them were hedged at once', () => {
  const budget = new HedgeBudget(0.5);
  const takenOverThousand = (): number => {
    for (let call = 0; call < 1_000; call++) budget.begin();
    let taken = 0;
    for (; !budget.isSpent; taken++) budget.take();
    return taken;
  };

  const taken = [1, 2, 3, 4, 5].map(takenOverThousand);

  expect(taken).toEqual([500, 500, 500, 500, 500]);
});
