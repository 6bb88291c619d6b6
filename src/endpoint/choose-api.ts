import type { Endpoint } from './endpoint.ts';
import { isAISDK4 } from './installed-sdk.ts';

/**
 * The API for `balanced(id)`: what `openai(id)` of the installed major uses, as long as every endpoint can serve it. One for the
 * whole provider, since a conversation begun by one API cannot always go on by the other.
 */
export function chooseApi(endpoints: readonly Endpoint[]): 'chat' | 'responses' {
  if (isAISDK4()) return 'chat';
  const isForAll = endpoints.every(({ type }) => !type.isThirdParty && type.cannotServe('responses') === undefined);
  return isForAll ? 'responses' : 'chat';
}
