import { describe, expect, it } from 'vitest';

import type { BalancedProviderSettings } from '../../../src/index.ts';
import { apiError, networkError } from '../api-error.ts';
import { buildRing } from '../build-ring.ts';
import {
  after,
  answers,
  delta,
  fails,
  finish,
  type HeldAttempt,
  holds,
  prompt,
  start,
  streams,
} from '../fake-endpoint.ts';
import { happenings, pass, useFakeTime } from '../fake-time.ts';

useFakeTime();

const dead = fails(apiError(500));
const breaksAfterContent = streams(start, delta('a'), { throws: new Error('cut') });

/** One deployment, whose calls make one round. */
function deploymentWith(settings: Partial<BalancedProviderSettings> = {}) {
  const ring = buildRing([{}], { retry: { rounds: 1 }, ...settings });
  const read = async () => {
    const { stream } = await ring.balanced('m').doStream({ prompt });
    for await (const _ of stream);
  };
  const [endpoint] = ring.endpoints;
  return { ...ring, endpoint, read };
}

describe('a stream that breaks off after content', () => {
  it('counts among the failures in a row that take its deployment out', async () => {
    const { endpoint, read, status } = deploymentWith({ failureThreshold: 3 });
    endpoint.behave(breaksAfterContent);

    const states = [];
    for (const _ of [1, 2, 3]) {
      await read();
      states.push(status()?.state);
    }

    expect(states).toEqual(['closed', 'closed', 'open']);
  });

  it('takes its deployment out again when it was the probe that brought it back', async () => {
    const { endpoint, ask, read, status } = deploymentWith({ failureThreshold: 1, cooldownMs: 5_000 });
    endpoint.behave(dead);
    ask();
    await pass(5_000);

    endpoint.behave(breaksAfterContent);
    await read();

    expect(status()?.state).toBe('open');
  });
});

describe('an answer to an attempt that began before a row of failures', () => {
  /** Attempts under way, the older ones begun before the newer ones, of which the test ends one after the other. */
  async function underWay(older: number, newer: number) {
    const { endpoint, ask, status } = deploymentWith({ failureThreshold: 3 });
    const held: HeldAttempt[] = [];
    endpoint.behave(holds(held));
    for (let call = 0; call < older; call++) ask();
    await pass(10);
    for (let call = 0; call < newer; call++) ask();
    await happenings();
    const [old, young] = [held.slice(0, older), held.slice(older)];
    const answerOld = async () => {
      old.shift()?.answer();
      await happenings();
    };
    const failYoung = async () => {
      young.shift()?.fail(apiError(500));
      await happenings();
    };
    return { answerOld, failYoung, status };
  }

  it('does not end the row', async () => {
    const { answerOld, failYoung, status } = await underWay(2, 3);

    await failYoung();
    await answerOld();
    await failYoung();
    await answerOld();
    await failYoung();

    expect(status()?.state).toBe('open');
  });

  it('keeps its deployment available where such answers are more than the failures', async () => {
    const { answerOld, failYoung, status } = await underWay(8, 4);

    for (const _ of [1, 2, 3, 4]) {
      await failYoung();
      await answerOld();
      await answerOld();
    }

    expect(status()?.state).toBe('closed');
  });
});

/** An attempt each 100 ms: most are answered after 10 s, and from `failsSince` on each twentieth fails at once. */
async function stateOfService(attempts: number, failsSince: number) {
  const { endpoint, ask, status } = deploymentWith();
  const slow = after(10_000, answers());
  for (let attempt = 1; attempt <= attempts; attempt++) {
    endpoint.behaveOnce(attempt > failsSince && attempt % 20 === 0 ? dead : slow);
    ask();
    await pass(100);
  }
  return status()?.state;
}

it('a deployment that answers slowly stays available when 5 % of its attempts begin to fail fast', async () => {
  expect(await stateOfService(600, 200)).toBe('closed');
});

it('an answer that began before a row of network failures counts once, whether it is a stream or not', async () => {
  const failuresUntilOut = async (isStream: boolean): Promise<number> => {
    const { endpoint, balanced, ask, read } = deploymentWith({ failureThreshold: 5 });
    const held: HeldAttempt[] = [];
    for (let call = 0; call < 3; call++) {
      if (isStream) {
        const content = new Promise<void>((resolve) => held.push({ answer: resolve, fail: resolve }));
        endpoint.behaveOnce(streams(start, { waitFor: content }, delta('late'), finish()));
        void read();
      } else {
        endpoint.behaveOnce(holds(held));
        ask();
      }
    }
    await pass(10);
    endpoint.behave(fails(networkError('ECONNREFUSED')));
    ask();
    await pass(1);
    for (const late of held) late.answer();
    await pass(1);
    let failures = 1;
    for (; balanced.status().endpoints[0]?.state === 'closed' && failures < 20; failures++) {
      ask();
      await pass(1);
    }
    return failures;
  };

  expect(await failuresUntilOut(true)).toBe(await failuresUntilOut(false));
});
