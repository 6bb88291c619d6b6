import { describe, expect, it } from 'vitest';

import {
  type BalancedProviderSettings,
  type CommonEndpointSettings,
  createBalancedProvider,
} from '../../../src/index.ts';
import { apiError } from '../api-error.ts';
import { answers, type Behaviour, fails, FakeEndpoint, prompt } from '../fake-endpoint.ts';
import { happenings, pass, useFakeTime } from '../fake-time.ts';
import { watch } from '../outcome.ts';

useFakeTime();

const dead = fails(apiError(500));

/** One endpoint that can be asked, and one that is skipped because its credentials are missing. */
function besideOneLeftOut(
  behaviour: Behaviour,
  settings: Partial<BalancedProviderSettings>,
  limits: CommonEndpointSettings = {},
) {
  const endpoint = new FakeEndpoint('e0', behaviour);
  const balanced = createBalancedProvider({
    endpoints: [endpoint.settings(limits), { type: 'openai', name: 'left-out', apiKeyEnv: 'A_KEY_THAT_IS_NOT_SET' }],
    onMissingCredentials: 'skip',
    api: 'chat',
    ...settings,
  });
  const ask = async () => {
    const call = watch(balanced('m').doGenerate({ prompt }));
    await happenings();
    return call;
  };
  return { endpoint, ask };
}

describe('beside an endpoint without credentials, a call', () => {
  it('waits for the others to come back when they are all down', async () => {
    const { endpoint, ask } = besideOneLeftOut(dead, { failureThreshold: 1, cooldownMs: 600_000 });
    const call = await ask();
    await pass(20_000);

    endpoint.behave(answers());
    await pass(20_000);

    expect(call.state).toBe('fulfilled');
  });

  it('is refused at once when the others could not serve it in time', async () => {
    const { ask } = besideOneLeftOut(answers(), { maxWaitMs: 20_000 }, { rpm: 10 });
    // Ten are served at once, and one in each six seconds after that.
    for (let call = 0; call < 15; call++) await ask();

    const hopeless = await ask();

    expect(hopeless.state).toBe('rejected');
  });

  it('fails with 503, as for an outage, when the others are all down', async () => {
    const { ask } = besideOneLeftOut(dead, { failureThreshold: 1, maxWaitMs: 0, retry: { rounds: 1 } });
    await ask();

    const call = await ask();

    expect(call.error).toMatchObject({ statusCode: 503 });
  });
});
