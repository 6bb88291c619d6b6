import { createBalancedProvider } from 'ai-sdk-load-balancer';
import { describe, expect, it } from 'vitest';

import {
  endpointOf,
  generated,
  lookBack,
  lookBackAnswer,
  startAccounts,
  streamed,
  weatherQuestion,
} from './conversation.ts';
import { sdkMajor } from './sdk-major.ts';

describe.skipIf(sdkMajor === 4)('a conversation whose endpoint is available', () => {
  it('stays there with every step, and first steps stay evenly spread', async () => {
    const accounts = await startAccounts('a', 'b', 'c');
    const [a, b, c] = accounts;
    const balanced = createBalancedProvider({
      endpoints: [endpointOf(a, 'openai'), endpointOf(b, 'azure'), endpointOf(c, 'azure')],
      api: 'responses',
    });

    for (let conversation = 0; conversation < 9; conversation += 1) {
      const { messages } = await (conversation % 2 === 0 ? generated : streamed)(balanced, [weatherQuestion]);
      // Some go on for longer than others.
      if (conversation % 3 === 0) await generated(balanced, [...messages, lookBack]);
    }

    const firstSteps = accounts.map(({ requests }) => requests.filter(({ input }) => input.length === 1).length);
    expect(firstSteps).toEqual([3, 3, 3]);
    // Every step went to the endpoint that has stored the step before, so each refers to it and none was sent in full.
    const followUps = accounts.flatMap(({ requests }) => requests.filter(({ input }) => input.length > 1));
    const holdsReference = followUps.map(
      ({ input }) => Array.isArray(input) && input.some(({ type }) => type === 'item_reference'),
    );
    expect(holdsReference).toEqual(followUps.map(() => true));
    expect(accounts.flatMap(({ refusals }) => refusals)).toEqual([]);
  });

  it('is marked by an opaque id, also when there is no other metadata', async () => {
    const [account] = await startAccounts('secret-name');
    const balanced = createBalancedProvider({
      endpoints: [endpointOf(account, 'azure')],
      metadata: false,
      api: 'responses',
    });

    const { messages } = await streamed(balanced, [weatherQuestion]);

    const marks = JSON.stringify(messages).match(/"balanced":\{"endpoint":"[^"]+"\}/g);
    expect(new Set(marks)).toHaveLength(1);
    expect(JSON.stringify(marks)).not.toContain('secret-name');
  });

  it('is not marked, and not kept there, with statefulAffinity: false', async () => {
    const [account] = await startAccounts('alone');
    const balanced = createBalancedProvider({
      endpoints: [endpointOf(account, 'azure')],
      statefulAffinity: false,
      api: 'responses',
    });

    const { messages, text } = await generated(balanced, [weatherQuestion]);

    expect(JSON.stringify(messages)).not.toContain('"balanced"');
    expect(text).not.toBe('');
    expect(account.refusals).toEqual([]);
  });
});

describe.skipIf(sdkMajor === 4)('a conversation whose marks', () => {
  const settings = { loadBalancing: false, api: 'responses' } as const;

  it('are forged goes on, at the price of one refusal', async () => {
    const [first, second] = await startAccounts('first', 'second');
    const endpoints = [endpointOf(first, 'openai'), endpointOf(second, 'openai')];
    const { messages } = await generated(createBalancedProvider({ ...settings, endpoints }), [weatherQuestion]);
    const foreign = await generated(createBalancedProvider({ ...settings, endpoints: endpoints.slice(1) }), [
      weatherQuestion,
    ]);
    const [markOfFirst, markOfSecond] = [messages, foreign.messages].map(
      (all) => /"balanced":(\{"endpoint":"[^"]+"\})/.exec(JSON.stringify(all))?.[1],
    );
    const forged = JSON.parse(
      JSON.stringify(messages).replaceAll(String(markOfFirst), String(markOfSecond)),
    ) as typeof messages;

    const { text } = await generated(createBalancedProvider({ ...settings, endpoints }), [...forged, lookBack]);

    expect(text).toBe(lookBackAnswer);
    expect(second.refusals).toHaveLength(1);
    expect(first.refusals).toEqual([]);
  });

  it('are missing goes on at the endpoint that has stored it and at others', async () => {
    const [first, second] = await startAccounts('first', 'second');
    const endpoints = [endpointOf(first, 'openai'), endpointOf(second, 'openai')];
    const plain = createBalancedProvider({ ...settings, statefulAffinity: false, endpoints });
    const { messages } = await generated(plain, [weatherQuestion]);

    const turns = [endpoints, endpoints.toReversed()].map((order) =>
      streamed(createBalancedProvider({ ...settings, endpoints: order }), [...messages, lookBack]),
    );

    expect((await Promise.all(turns)).map(({ text }) => text)).toEqual([lookBackAnswer, lookBackAnswer]);
    expect([first.refusals.length, second.refusals.length]).toEqual([0, 1]);
  });

  it('are missing goes on at the only endpoint there is, though that has stored nothing of it', async () => {
    const [first, second] = await startAccounts('first', 'second');
    const alone = (account: typeof first, more = {}) =>
      createBalancedProvider({
        ...settings,
        ...more,
        endpoints: [endpointOf(account, 'openai')],
        retry: { rounds: 1 },
      });
    const { messages } = await generated(alone(first, { statefulAffinity: false }), [weatherQuestion]);

    const { text } = await streamed(alone(second), [...messages, lookBack]);

    expect(text).toBe(lookBackAnswer);
    expect(second.refusals).toHaveLength(1);
  });

  it('are of an endpoint that has left the ring goes on in full', async () => {
    const [first, second] = await startAccounts('first', 'second');
    const { messages } = await generated(
      createBalancedProvider({ ...settings, endpoints: [endpointOf(first, 'azure')] }),
      [weatherQuestion],
    );

    const { text } = await streamed(createBalancedProvider({ ...settings, endpoints: [endpointOf(second, 'azure')] }), [
      ...messages,
      lookBack,
    ]);

    expect(text).toBe(lookBackAnswer);
    expect(second.refusals).toEqual([]);
  });
});
