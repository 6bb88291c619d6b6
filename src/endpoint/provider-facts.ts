import { createOpenAI } from '@ai-sdk/openai';

import { isFirstSpecification, type OpenAITools, type SdkModel } from '../sdk.ts';
import type { Endpoint } from './endpoint.ts';
import { PLACEHOLDER_KEY, PLACEHOLDER_URL } from './provider-settings.ts';

/** A provider that is never called: for what all providers of the installed line have in common. */
const installedProvider = () => createOpenAI({ apiKey: PLACEHOLDER_KEY, baseURL: PLACEHOLDER_URL });

/** OpenAI's own tools: definitions that need no endpoint. */
export const openaiTools = (): OpenAITools => installedProvider().tools;

/** Whether AI SDK 4 is installed. */
export function isFirstLine(): boolean {
  const model: SdkModel = installedProvider().chat('gpt-4o');
  return isFirstSpecification(model);
}

/**
 * The API for `balanced(id)`: what `openai(id)` of the installed line uses, as long as every endpoint can serve it. One for the
 * whole provider, since a conversation begun by one API cannot always go on by the other.
 */
export function chooseApi(endpoints: readonly Endpoint[]): 'chat' | 'responses' {
  if (isFirstLine()) return 'chat';
  const isForAll = endpoints.every(({ type }) => !type.isThirdParty && type.cannotServe('responses') === undefined);
  return isForAll ? 'responses' : 'chat';
}
