import { createAzure } from '@ai-sdk/azure';
import { createOpenAI } from '@ai-sdk/openai';
import { expect, it } from 'vitest';

import { targetsOf } from '../../../src/deployment/target.ts';
import { Endpoints } from '../../../src/endpoint/create-endpoints.ts';
import { EventEmitter } from '../../../src/event-emitter.ts';
import type { ModelKind } from '../../../src/sdk.ts';
import { resolveSettings } from '../../../src/settings/resolve-settings.ts';

const azure = createAzure({ resourceName: 'any', apiKey: 'any' });
const openai = createOpenAI({ apiKey: 'any' });
const corp = createOpenAI({ apiKey: 'any', name: 'corp' });

it.each<[string, object, ModelKind, object | undefined]>([
  ['the Responses API at Azure', azure, 'responses', { read: 'azure', own: 'azure' }],
  ['the Chat API at Azure', azure, 'chat', { read: 'openai', own: 'azure' }],
  ['OpenAI', openai, 'chat', { read: 'openai', own: 'openai' }],
  ['the Chat API of a provider that was handed in', corp, 'chat', undefined],
  ['the Responses API of a provider that was handed in', corp, 'responses', { read: 'openai', own: 'openai' }],
])('the target of a model of %s has the keys that the SDK reads for it', (_, provider, kind, keys) => {
  const [endpoint] = new Endpoints(resolveSettings({ endpoints: [{ provider }] }), new EventEmitter()).all;

  expect(endpoint && targetsOf(endpoint, 'gpt-5')(kind).keys).toEqual(keys);
});
