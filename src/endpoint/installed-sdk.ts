import { createOpenAI } from '@ai-sdk/openai';

import type { OpenAITools, SdkModel } from '../sdk.ts';
import { PLACEHOLDER_KEY, PLACEHOLDER_URL } from './provider-settings.ts';

/** A provider that is never called: for what all providers of the installed major have in common. */
const installedProvider = () => createOpenAI({ apiKey: PLACEHOLDER_KEY, baseURL: PLACEHOLDER_URL });

/** OpenAI's own tools: definitions that need no endpoint. */
export const openaiTools = (): OpenAITools => installedProvider().tools;

const specification = (): string => {
  const { specificationVersion }: SdkModel = installedProvider().chat('gpt-4o');
  return specificationVersion;
};

/** Whether AI SDK 4 is installed. */
export const isAISDK4 = (): boolean => specification() === 'v1';

/** Whether AI SDK 4 or 5 is installed, which drop events by which a Responses stream says that it failed. */
export const dropsFailures = (): boolean => ['v1', 'v2'].includes(specification());
