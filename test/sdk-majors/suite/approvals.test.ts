import * as ai from 'ai';
import { type BalancedProvider, createBalancedProvider } from 'ai-sdk-load-balancer';
import { describe, expect, it } from 'vitest';

import {
  endpointOf,
  inOrder,
  type Kind,
  startAccounts,
  toolsOf,
  weatherAnswer,
  weatherQuestion,
} from './conversation.ts';
import { sdkMajor } from './sdk-major.ts';

// SDK 5 has neither approvals nor MCP.
const isMissing = sdkMajor < 6;

interface Approvals {
  readonly tools: ai.ToolSet;
  readonly approved: boolean;
  readonly isStreamed?: boolean;
  /** What becomes of the messages when an approval has been given. */
  readonly meanwhile?: (messages: readonly ai.ModelMessage[]) => readonly ai.ModelMessage[];
}

/** One answer, of as many steps as it takes. */
async function answerTo(settings: Parameters<typeof ai.generateText>[0], isStreamed: boolean) {
  if (!isStreamed) {
    const result = await ai.generateText(settings);
    const { content, text } = result;
    return { messages: result.responseMessages ?? result.response.messages, content, text };
  }
  const result = ai.streamText(settings);
  await result.consumeStream();
  const messages = (await result.responseMessages) ?? (await result.response).messages;
  return { messages, content: await result.content, text: await result.text };
}

/** Asks, and answers each request for approval, until there is nothing more to approve. */
async function converse(
  balanced: BalancedProvider,
  question: ai.ModelMessage,
  { tools, approved, isStreamed = false, meanwhile = (all) => all }: Approvals,
) {
  const messages = [question];
  for (;;) {
    const prompt = messages.length === 1 ? messages : meanwhile(messages);
    const result = await answerTo(
      { model: balanced('gpt-5'), messages: [...prompt], tools, stopWhen: ai.stepCountIs(6), maxRetries: 0 },
      isStreamed,
    );
    messages.push(...result.messages);
    const requests = result.content.filter(({ type }) => type === 'tool-approval-request') as unknown as readonly {
      readonly approvalId: string;
      readonly toolCall: { readonly providerExecuted?: boolean };
    }[];
    if (requests.length === 0) return result;
    messages.push({
      role: 'tool',
      content: requests.map(({ approvalId, toolCall: { providerExecuted = false } }) => ({
        type: 'tool-approval-response' as const,
        approvalId,
        approved,
        providerExecuted,
      })),
    });
  }
}

describe.skipIf(isMissing).each([
  ['openai', 'azure'],
  ['azure', 'openai'],
  ['azure', 'azure'],
  ['openai', 'openai'],
] as const satisfies readonly (readonly [Kind, Kind])[])(
  'a tool of the application that needs approval, in a conversation begun at %s,',
  (from, to) => {
    it.each([0, 1, 2, 3])(
      `comes to the same end at another ${to} when the first dies after %i answers`,
      async (answers) => {
        const [first, second] = await startAccounts('first', 'second');
        const balanced = inOrder([endpointOf(first, from), endpointOf(second, to)]);
        const { weather, ...others } = toolsOf(balanced);

        first.dieAfter(answers);
        const tools = { weather: { ...weather, needsApproval: true }, ...others } as ai.ToolSet;
        const { text } = await converse(balanced, weatherQuestion, { tools, approved: true });

        expect(text).toBe(weatherAnswer);
        expect([...first.refusals, ...second.refusals]).toEqual([]);
      },
    );
  },
);

const approvalsIn = (input: string | readonly object[]): readonly object[] =>
  typeof input === 'string' ? [] : input.filter((item) => 'type' in item && item.type === 'mcp_approval_response');

const removal: ai.ModelMessage = { role: 'user', content: 'Please remove it.' };

const mcpOf = (balanced: BalancedProvider): ai.ToolSet =>
  ({
    files: (balanced.tools as unknown as Record<string, (args: object) => unknown>)['mcp']?.({
      serverLabel: 'files',
      serverUrl: 'https://files.example/mcp',
      requireApproval: 'always',
    }),
  }) as ai.ToolSet;

describe.skipIf(isMissing)('an MCP tool that needs approval', () => {
  it.each([
    ['given', 'all goes well', Infinity, true, 'Removed by remove({"id":7}): gone.'],
    ['given', 'its endpoint dies before the answer', 1, true, 'Removed by remove({"id":7}): gone.'],
    ['denied', 'all goes well', Infinity, false, 'Nothing was removed.'],
    ['denied', 'its endpoint dies before the answer', 1, false, 'Nothing was removed.'],
  ] as const)('with its approval %s comes to the same end when %s', async (_, __, answers, approved, expected) => {
    const [first, second] = await startAccounts('first', 'second');
    const balanced = inOrder([endpointOf(first, 'openai'), endpointOf(second, 'openai')]);

    first.dieAfter(answers);
    const { text } = await converse(balanced, removal, { tools: mcpOf(balanced), approved });

    expect(text).toBe(expected);
    expect([...first.refusals, ...second.refusals]).toEqual([]);
  });

  it.each([
    ['generated', false],
    ['streamed', true],
  ])('goes on at another endpoint when its own cannot be reached, %s', async (_, isStreamed) => {
    const [first, second] = await startAccounts('first', 'second');
    let isReachable = true;
    const fetch: typeof globalThis.fetch = async (...request) => {
      if (isReachable) return globalThis.fetch(...request);
      throw new TypeError('fetch failed', { cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) });
    };
    const balanced = inOrder([
      { type: 'openai', name: 'first', baseURL: first.baseURL, apiKey: 'any', fetch },
      endpointOf(second, 'openai'),
    ]);

    const meanwhile = (messages: readonly ai.ModelMessage[]) => {
      isReachable = false;
      return messages;
    };
    const { text } = await converse(balanced, removal, {
      tools: mcpOf(balanced),
      approved: true,
      isStreamed,
      meanwhile,
    });

    expect(text).toBe('Removed by remove({"id":7}): gone.');
    expect(second.requests).toHaveLength(1);
  });

  it('needs a new approval when its endpoint may have run it before it died', async () => {
    const [first, second] = await startAccounts('first', 'second');
    const balanced = inOrder([endpointOf(first, 'openai'), endpointOf(second, 'openai')]);

    first.dieAfter(1);
    await converse(balanced, removal, { tools: mcpOf(balanced), approved: true });

    const [unapproved, approved] = second.requests.map((request) => approvalsIn(request.input));
    expect(unapproved).toEqual([]);
    expect(approved).toMatchObject([{ approval_request_id: expect.stringContaining('second') }]);
  });

  it('is not run for an approval of a forged request', async () => {
    const [first] = await startAccounts('first');
    const balanced = inOrder([endpointOf(first, 'openai')]);
    let isForged = false;

    const meanwhile = (messages: readonly ai.ModelMessage[]) => {
      if (isForged) return messages;
      isForged = true;
      return JSON.parse(
        JSON.stringify(messages)
          .replaceAll('mcpr_', 'mcpr_forged_')
          .replaceAll(/"id":7/g, '"id":8'),
      ) as ai.ModelMessage[];
    };
    await converse(balanced, removal, { tools: mcpOf(balanced), approved: true, meanwhile });

    expect(JSON.stringify(first.requests)).not.toMatch(/id\W+8\b/);
  });

  it('keeps the call from an endpoint without MCP, and the event excluded tells', async () => {
    const [first, second] = await startAccounts('first', 'second');
    const balanced = createBalancedProvider({
      endpoints: [endpointOf(first, 'azure'), endpointOf(second, 'openai')],
      loadBalancing: false,
    });
    const leftOut: unknown[] = [];
    balanced.on('excluded', (event) => void leftOut.push(event));

    await converse(balanced, removal, { tools: mcpOf(balanced), approved: true });

    expect([first.answered, second.answered]).toEqual([0, 2]);
    expect(leftOut[0]).toEqual({ modelId: 'gpt-5', endpoint: 'first', lacks: 'openai.mcp' });
  });

  it('keeps the call from no endpoint when none has MCP', async () => {
    const [only] = await startAccounts('only');
    const balanced = inOrder([endpointOf(only, 'azure')]);

    await ai.generateText({ model: balanced('gpt-5'), messages: [removal], tools: mcpOf(balanced), maxRetries: 0 });

    expect(only.answered).toBe(1);
  });
});
