/**
 * A conversation with tools as an app of AI SDK 5 to 7 has it, kept the way apps keep it. AI SDK 4 has no Responses API by
 * default, and nothing of this.
 */
import * as ai from 'ai';
import { type BalancedProvider, createBalancedProvider, type EndpointSettings } from 'ai-sdk-load-balancer';
import { onTestFinished } from 'vitest';

import { type ResponsesAccount, startResponsesAccount } from '../../support/responses-account/responses-account.ts';
import { weatherTool } from './sdk-major.ts';

// Warnings are looked at where they are tested; otherwise each move would print some.
Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false });

/** Kinds of endpoint at which a conversation begins, and to which it moves. */
export type Kind = 'openai' | 'azure';

/** An account as an endpoint. */
export const endpointOf = (account: ResponsesAccount, kind: Kind): EndpointSettings =>
  kind === 'openai'
    ? { type: 'openai', name: account.name, baseURL: account.baseURL, apiKey: 'any' }
    : { type: 'azure', name: account.name, baseURL: account.azureV1BaseURL, apiKey: 'any' };

/** Starts accounts for the length of a test. */
export async function startAccounts<const Names extends readonly string[]>(
  ...names: Names
): Promise<{ -readonly [Index in keyof Names]: ResponsesAccount }> {
  const accounts = await Promise.all(names.map((name) => startResponsesAccount(name)));
  onTestFinished(async () => {
    await Promise.all(accounts.map((account) => account.close()));
  });
  return accounts as { -readonly [Index in keyof Names]: ResponsesAccount };
}

/** A provider whose first endpoint is asked as long as it is available. */
export const inOrder = (endpoints: readonly EndpointSettings[]): BalancedProvider =>
  createBalancedProvider({
    endpoints,
    loadBalancing: false,
    api: 'responses',
    retry: { minDelayMs: 10, maxDelayMs: 20 },
  });

const weathers: Readonly<Record<string, string>> = { Paris: 'rain', Rome: 'sun', Oslo: 'snow' };

/** Tools that the app executes, and one that the provider does. */
export const toolsOf = (balanced: BalancedProvider) => ({
  weather: weatherTool(async ({ city }) => weathers[city] ?? 'none'),
  web_search_preview: balanced.tools.webSearchPreview({}),
});

/** A question that needs three steps, and its answer, whichever endpoints the steps go to. */
export const weatherQuestion: ai.ModelMessage = { role: 'user', content: 'How is the weather?' };
export const weatherAnswer = 'The weather: rain, sun, snow.';
/** A second turn, which wants to know everything of the first. */
export const lookBack: ai.ModelMessage = { role: 'user', content: 'What was I told?' };
export const lookBackAnswer = `You were told: rain; sun; snow; ${weatherAnswer}`;

type Options = Parameters<typeof ai.generateText>[0]['providerOptions'];

interface Said {
  readonly text: string;
  /** The prompt of the next turn. */
  readonly messages: ai.ModelMessage[];
  readonly warnings: readonly string[];
}

/** A turn of a conversation: as many steps as it takes. */
export type TakeTurn = (
  balanced: BalancedProvider,
  messages: ai.ModelMessage[],
  providerOptions?: Options,
) => Promise<Said>;

const settingsOf = (balanced: BalancedProvider, messages: ai.ModelMessage[], providerOptions: Options) => ({
  model: balanced('gpt-5'),
  messages,
  tools: toolsOf(balanced),
  stopWhen: ai.stepCountIs(6),
  maxRetries: 0,
  ...(providerOptions && { providerOptions }),
});

const textsOf = (warnings: readonly object[]): readonly string[] =>
  warnings.flatMap((warning) => ('message' in warning ? String(warning.message) : []));

export const generated: TakeTurn = async (balanced, messages, providerOptions) => {
  const result = await ai.generateText(settingsOf(balanced, messages, providerOptions));
  return {
    text: result.text,
    messages: [...messages, ...(await messagesOf(result))],
    warnings: textsOf(result.steps.flatMap(({ warnings }) => warnings ?? [])),
  };
};

export const streamed: TakeTurn = async (balanced, messages, providerOptions) => {
  const errors: unknown[] = [];
  const result = ai.streamText({
    ...settingsOf(balanced, messages, providerOptions),
    onError: ({ error }) => void errors.push(error),
  });
  await result.consumeStream();
  if (errors.length > 0) throw errors[0];
  const steps = await result.steps;
  return {
    text: await result.text,
    messages: [...messages, ...(await messagesOf(result))],
    warnings: textsOf(steps.flatMap(({ warnings }) => warnings ?? [])),
  };
};

interface WithMessages {
  /** SDK 7: those of all steps. */
  readonly responseMessages?: MaybePromise<ai.ModelMessage[]>;
  /** Up to SDK 6 those of all steps, from SDK 7 on those of the last. */
  readonly response: MaybePromise<{ readonly messages: ai.ModelMessage[] }>;
}
type MaybePromise<T> = T | PromiseLike<T>;

const messagesOf = async (result: WithMessages): Promise<ai.ModelMessage[]> =>
  (await result.responseMessages) ?? (await result.response).messages;
