import { expect, it } from 'vitest';

import { buildRing } from '../build-ring.ts';
import { after, answers, hangs } from '../fake-endpoint.ts';
import { pass, useFakeTime } from '../fake-time.ts';

useFakeTime();

it('the fastest picker does not send all calls to a deployment that has never answered', async () => {
  const { ask, attempts } = buildRing([after(100, answers()), hangs()], { loadBalancing: true, picker: 'fastest' });

  for (let call = 0; call < 200; call++) {
    ask();
    await pass(100);
  }

  expect(attempts()[1]).toBeLessThan(10);
});
