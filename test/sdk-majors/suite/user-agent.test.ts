import { generateText } from 'ai';
import { createBalancedProvider, VERSION } from 'ai-sdk-load-balancer';
import { expect, it } from 'vitest';

import { startServices } from '../../support/start-services.ts';
import { azure, openAI } from './endpoints.ts';
import { sdkMajor } from './sdk-major.ts';

const own = `ai-sdk-load-balancer/${VERSION}`;

/** What an endpoint is called with. */
async function agentSent(
  endpointOf: typeof openAI | typeof azure,
  { ofEndpoint, ofCall }: { readonly ofEndpoint?: string; readonly ofCall?: string } = {},
): Promise<string | undefined> {
  const [service] = await startServices('alone');
  const headers = ofEndpoint === undefined ? {} : { headers: { 'User-Agent': ofEndpoint } };
  const balanced = createBalancedProvider({ endpoints: [{ ...endpointOf(service), ...headers }] });
  await generateText({
    model: balanced('gpt-4'),
    prompt: 'Who are you?',
    ...(ofCall !== undefined && { headers: { 'User-Agent': ofCall } }),
  });
  return service.requests[0]?.headers['user-agent'];
}

it.each([
  ['OpenAI', openAI],
  ['Azure', azure],
])('the user agent at an endpoint of %s names the package, after the SDK', async (_, endpointOf) => {
  const agent = await agentSent(endpointOf);

  expect(agent?.endsWith(own)).toBe(true);
  // AI SDK 4 does not name itself.
  if (sdkMajor > 4) expect(agent).toMatch(/^ai.*provider-utils/);
});

it('the user agent of a call stays, with the package after it', async () => {
  expect(await agentSent(openAI, { ofCall: 'my-app/1.2' })).toMatch(new RegExp(`^my-app/1\\.2(?: .*)? ${own}$`));
});

it("the user agent in an endpoint's headers stands as it is", async () => {
  expect(await agentSent(openAI, { ofEndpoint: 'my-app/1.2' })).toBe('my-app/1.2');
});
