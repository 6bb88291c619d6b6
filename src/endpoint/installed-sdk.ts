import { createOpenAI } from '@ai-sdk/openai';

import { isFirstSpecification, type OpenAITools, type SdkModel } from '../sdk.ts';
import { PLACEHOLDER_KEY, PLACEHOLDER_URL } from './provider-settings.ts';

/** A provider that is never called: for what all providers of the installed major have in common. */
const installedProvider = () => createOpenAI({ apiKey: PLACEHOLDER_KEY, baseURL: PLACEHOLDER_URL });

/** OpenAI's own tools: definitions that need no endpoint. */
export const openaiTools = (): OpenAITools => installedProvider().tools;

/** Whether AI SDK 4 is installed. */
export function isAISDK4(): boolean {
  const model: SdkModel = installedProvider().chat('gpt-4o');
  return isFirstSpecification(model);
}

/** Whether AI SDK 4 or 5 is installed, which drop events by which a Responses stream says that it failed. */
export const dropsFailures = (): boolean =>
  ['v1', 'v2'].includes(installedProvider().chat('gpt-4o').specificationVersion);
