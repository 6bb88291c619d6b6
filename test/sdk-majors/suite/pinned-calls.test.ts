import { AllEndpointsFailedError, type BalancedProvider, createBalancedProvider } from 'ai-sdk-load-balancer';
import { generateText } from 'ai';
import { describe, expect, it } from 'vitest';

import type { ResponsesAccount } from '../../support/responses-account/responses-account.ts';
import {
  endpointOf,
  inOrder,
  lookBack,
  lookBackAnswer,
  startAccounts,
  toolsOf,
  weatherQuestion,
} from './conversation.ts';
import { sdkMajor } from './sdk-major.ts';

type Options = NonNullable<Parameters<typeof generateText>[0]['providerOptions']>;

const request = (balanced: BalancedProvider, message: typeof lookBack, providerOptions: Options = {}) =>
  generateText({ model: balanced('gpt-5'), messages: [message], maxRetries: 0, providerOptions });

/** A turn of several steps, of which only the id of the last response is kept. */
async function beginConversation(balanced: BalancedProvider): Promise<string> {
  const { stepCountIs } = await import('ai');
  const { providerMetadata } = await generateText({
    model: balanced('gpt-5'),
    messages: [weatherQuestion],
    tools: toolsOf(balanced),
    stopWhen: stepCountIs(6),
  });
  return providerMetadata?.['openai']?.['responseId'] as string;
}

const ringOf = (first: ResponsesAccount, second: ResponsesAccount) => [
  endpointOf(first, 'openai'),
  endpointOf(second, 'azure'),
];

const failuresOf = (balanced: BalancedProvider) =>
  balanced.status().endpoints.map(({ failures, state }) => ({ failures, state }));

describe.skipIf(sdkMajor === 4)('a call with a previousResponseId', () => {
  it('goes to the endpoint that the response came from, whichever endpoint has its turn', async () => {
    const [first, second] = await startAccounts('first', 'second');
    const balanced = inOrder(ringOf(first, second));
    first.dieAfter(0);
    const previousResponseId = await beginConversation(balanced);
    first.revive();

    const { text } = await request(balanced, lookBack, { openai: { previousResponseId } });

    expect(text).toBe(lookBackAnswer);
    expect(first.requests).toEqual([]);
  });

  it('whose endpoint is unknown is sent to one after the other, and no failure is counted', async () => {
    const [first, second] = await startAccounts('first', 'second');
    const previousResponseId = await beginConversation(inOrder([endpointOf(second, 'azure')]));
    const balanced = createBalancedProvider({
      endpoints: ringOf(first, second),
      loadBalancing: false,
      api: 'responses',
      failureThreshold: 1,
    });
    const options = { azure: { previousResponseId } };

    const texts = [
      (await request(balanced, lookBack, options)).text,
      // By now the owner is known.
      (await request(balanced, lookBack, options)).text,
    ];

    expect(texts).toEqual([lookBackAnswer, lookBackAnswer]);
    expect(first.requests).toHaveLength(1);
    expect(failuresOf(balanced)).toEqual([1, 2].map(() => ({ failures: 0, state: 'closed' })));
  });

  it('goes to the endpoint that the caller names', async () => {
    const [first, second] = await startAccounts('first', 'second');
    const previousResponseId = await beginConversation(inOrder([endpointOf(second, 'azure')]));
    const balanced = inOrder(ringOf(first, second));

    const { text } = await request(balanced, lookBack, {
      openai: { previousResponseId },
      balanced: { endpoint: 'second' },
    });

    expect(text).toBe(lookBackAnswer);
    expect(first.requests).toEqual([]);
  });

  it('fails with an error that names it and its endpoint when that is down, and no other endpoint is asked', async () => {
    const [first, second] = await startAccounts('first', 'second');
    const balanced = inOrder(ringOf(first, second));
    const previousResponseId = await beginConversation(balanced);
    first.dieAfter(0);

    const error: unknown = await request(balanced, lookBack, { openai: { previousResponseId } }).catch(
      (thrown) => thrown,
    );

    expect(AllEndpointsFailedError.isInstance(error)).toBe(true);
    expect(String(error)).toContain(`previousResponseId "${previousResponseId}" is stored at endpoint "first" alone`);
    expect(second.requests).toEqual([]);
  });

  it('waits for its endpoint to come back', async () => {
    const [first, second] = await startAccounts('first', 'second');
    const balanced = createBalancedProvider({
      endpoints: ringOf(first, second),
      loadBalancing: false,
      api: 'responses',
      failureThreshold: 1,
      cooldownMs: 200,
      retry: { minDelayMs: 100, jitter: false },
    });
    const previousResponseId = await beginConversation(balanced);
    first.dieAfter(0);

    const answer = request(balanced, lookBack, { openai: { previousResponseId } });
    setTimeout(() => first.revive(), 50);

    expect((await answer).text).toBe(lookBackAnswer);
    expect(second.requests).toEqual([]);
  });

  it("that no endpoint knows fails with the service's own words", async () => {
    const [first, second] = await startAccounts('first', 'second');
    const balanced = inOrder(ringOf(first, second));

    const answer = request(balanced, lookBack, { openai: { previousResponseId: 'resp_of_nobody' } });

    await expect(answer).rejects.toThrow("Previous response with id 'resp_of_nobody' not found.");
    expect([first.requests.length, second.requests.length]).toEqual([1, 1]);
  });
});

// SDK 5 knows the option, but `conversation` is the same there.
describe.skipIf(sdkMajor === 4)('a call with a conversation', () => {
  it('finds the endpoint that has it, and stays there', async () => {
    const [first, second] = await startAccounts('first', 'second');
    second.openConversation('conv_1');
    const balanced = inOrder(ringOf(first, second));
    const options = { openai: { conversation: 'conv_1' } };

    await request(balanced, lookBack, options);
    await request(balanced, lookBack, options);

    expect([first.requests.length, second.requests.length]).toEqual([1, 2]);
    expect(failuresOf(balanced)[0]).toEqual({ failures: 0, state: 'closed' });
  });
});
