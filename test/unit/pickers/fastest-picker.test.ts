import { expect, it } from 'vitest';

import { createBalancedProvider } from '../../../src/index.ts';
import { after, answers, FakeEndpoint, hangs, prompt } from '../fake-endpoint.ts';
import { pass, useFakeTime } from '../fake-time.ts';
import { watch } from '../outcome.ts';

useFakeTime();

it('the fastest picker does not send all calls to a deployment that has never answered', async () => {
  const [quick, hanging] = [new FakeEndpoint('quick', after(100, answers())), new FakeEndpoint('hanging', hangs())];
  const balanced = createBalancedProvider({
    endpoints: [quick.settings(), hanging.settings()],
    picker: 'fastest',
  });

  for (let call = 0; call < 200; call++) {
    watch(balanced('m').doGenerate({ prompt }));
    await pass(100);
  }

  expect(hanging.attempts.length).toBeLessThan(10);
});
