import { describe, expect, it } from 'vitest';

import { apiError, rateLimit } from '../api-error.ts';
import { buildRing } from '../build-ring.ts';
import { after, answers, fails } from '../fake-endpoint.ts';
import { happenings, pass, useFakeTime } from '../fake-time.ts';

useFakeTime();

describe('a ring whose deployments are all out is probed long before the cooldown ends', () => {
  it('for a call that may wait, as soon as a rate limit is over', async () => {
    const {
      endpoints: [endpoint],
      ask,
    } = buildRing([{}], { failureThreshold: 1, cooldownMs: 600_000, retry: { rounds: 1 } });
    endpoint.behaveOnce(after(10, fails(apiError(500))), after(20, fails(rateLimit(2))));
    ask();
    ask();
    await pass(100);

    const call = ask();
    await pass(10_000);

    expect(call.state).toBe('fulfilled');
  });

  it('for a call that may not wait', async () => {
    const {
      endpoints: [endpoint],
      ask,
    } = buildRing([{}], { maxWaitMs: 0 });
    endpoint.behave(fails(apiError(401)));
    ask();
    await pass(60_000);

    endpoint.behave(answers());
    const call = ask();
    await happenings();

    expect(call.state).toBe('fulfilled');
  });
});
