import { createOpenAI, type OpenAIProvider } from '@ai-sdk/openai';

import { type BalancedProvider, type BalancedProviderSettings, createBalancedProvider } from '../../src/index.ts';

/** A chat model of the installed AI SDK major. */
export type ChatModel = ReturnType<OpenAIProvider['chat']>;

type Fetch = typeof globalThis.fetch;

/** What every measured call asks. Made anew for each call, as applications do. */
export const callOptions = (): Parameters<ChatModel['doGenerate']>[0] => ({
  prompt: [{ role: 'user', content: [{ type: 'text', text: 'Say hello to the people in the room, please.' }] }],
  maxOutputTokens: 50,
});

const baseURLOf = (index: number): string => `http://endpoint-${index}.invalid/v1`;

/** Models of the SDK, one an endpoint, without anything of ours. */
export const plainModels = (count: number, fetchAt: (index: number) => Fetch): readonly ChatModel[] =>
  Array.from({ length: count }, (_, index) =>
    createOpenAI({ baseURL: baseURLOf(index), apiKey: 'key', fetch: fetchAt(index) }).chat('gpt-4o'),
  );

/** A provider of ours over as many endpoints. */
export const balancedProvider = (
  count: number,
  fetchAt: (index: number) => Fetch,
  settings: Omit<BalancedProviderSettings, 'endpoints'> = {},
  endpointSettings: object = {},
): BalancedProvider =>
  createBalancedProvider({
    ...settings,
    endpoints: Array.from({ length: count }, (_, index) => ({
      type: 'openai' as const,
      name: `endpoint-${index}`,
      baseURL: baseURLOf(index),
      apiKey: 'key',
      fetch: fetchAt(index),
      ...endpointSettings,
    })),
  });

/** One model of it. */
export const balancedModel = (...given: Parameters<typeof balancedProvider>): ChatModel =>
  balancedProvider(...given).chat('gpt-4o');
