/** Calls that take long, and no fault of a deployment's. */
import { expect, it } from 'vitest';

import type { BalancedProvider } from '../../../src/index.ts';
import { buildRing } from '../build-ring.ts';
import { after, answers, type Behaviour, prompt } from '../fake-endpoint.ts';
import { pass, useFakeTime } from '../fake-time.ts';

useFakeTime();

const promptly = after(100, answers());
const thinking = after(20_000, answers());

/** The endpoints that are taken out. */
function cooldownsOf(balanced: BalancedProvider): readonly string[] {
  const cooldowns: string[] = [];
  balanced.on('cooldown', ({ endpoint }) => void cooldowns.push(endpoint));
  return cooldowns;
}

async function callTimes(count: number, everyMs: number, call: (index: number) => void): Promise<void> {
  for (let index = 0; index < count; index++) {
    call(index);
    await pass(everyMs);
  }
}

it('a call with a long prompt among short ones takes no deployment out', async () => {
  const { balanced, endpoints, ask } = buildRing([promptly, promptly, promptly, promptly], { loadBalancing: true });
  const cooldowns = cooldownsOf(balanced);
  await callTimes(100, 50, () => ask());

  endpoints[0].behaveOnce(thinking);
  await callTimes(40, 500, () => ask());

  expect(cooldowns).toEqual([]);
});

it('a reasoning model beside a fast one does not take out the only endpoint that serves it', async () => {
  const both = { models: ['fast', 'thinks'], does: promptly };
  const fast = { models: ['fast'], does: promptly };
  const { balanced, endpoints, ask } = buildRing([both, fast, fast], { loadBalancing: true });
  const cooldowns = cooldownsOf(balanced);
  await callTimes(100, 50, () => ask({ modelId: 'fast' }));

  endpoints[0].behave({
    stream: (attempt) => promptly.stream(attempt),
    generate: (attempt) => (attempt.modelId === 'thinks' ? thinking : promptly).generate(attempt),
  });
  await callTimes(300, 50, (index) => {
    ask({ modelId: 'thinks' });
    if (index % 10 === 0) ask({ modelId: 'fast' });
  });

  expect(cooldowns).toEqual([]);
});

it('whole answers, whose turns come at one deployment, do not take it out while streams begin at once at the other', async () => {
  const does: Behaviour = {
    generate: (attempt) => thinking.generate(attempt),
    stream: (attempt) => promptly.stream(attempt),
  };
  const { balanced, ask } = buildRing([does, does], { loadBalancing: true });
  const cooldowns = cooldownsOf(balanced);

  await callTimes(200, 100, () => {
    ask();
    void balanced('m')
      .doStream({ prompt })
      .then(({ stream }) => stream.pipeTo(new WritableStream()));
  });

  expect(cooldowns).toEqual([]);
});
