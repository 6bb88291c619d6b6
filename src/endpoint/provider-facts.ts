import { createOpenAI } from '@ai-sdk/openai';

import { isFirstSpecification, type OpenAITools } from '../sdk.ts';
import type { Endpoint } from './endpoint.ts';
import { PLACEHOLDER_KEY } from './provider-settings.ts';

/** OpenAI's own tools: definitions that need no endpoint. */
export const openaiTools: OpenAITools = createOpenAI({ apiKey: PLACEHOLDER_KEY }).tools;

/** Any id will do: only the model's specification is looked at. */
const ANY_MODEL = 'gpt-4o';

/**
 * The API for `balanced(id)`: what `openai(id)` of the installed line uses, as long as every endpoint can serve it. One for the
 * whole provider, since a conversation begun by one API cannot always go on by the other.
 */
export function chooseApi(endpoints: readonly Endpoint[]): 'chat' | 'responses' {
  const model = endpoints.map((endpoint) => endpoint.model('chat', ANY_MODEL)).find((found) => found !== undefined);
  if (model === undefined || isFirstSpecification(model)) return 'chat';
  const isForAll = endpoints.every(({ type }) => !type.isThirdParty && type.cannotServe('responses') === undefined);
  return isForAll ? 'responses' : 'chat';
}
