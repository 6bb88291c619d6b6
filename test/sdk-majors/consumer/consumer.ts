/**
 * What a user of the package writes, on every major of the AI SDK. It is compiled and not run; `installed-sdk.ts` beside
 * it names the model types of that major.
 */
import { createOpenAI } from '@ai-sdk/openai';
import {
  createProviderRegistry,
  customProvider,
  embed,
  embedMany,
  generateObject,
  generateText,
  streamText,
  wrapLanguageModel,
} from 'ai';
import {
  createBalancedProvider,
  type BalancedCallOptions,
  type BalancedMetadata,
  type BalancedProvider,
  type BalancedProviderSettings,
} from 'ai-sdk-load-balancer';
import { z } from 'zod';

import type {
  EmbeddingModel,
  ImageModel,
  LanguageModel,
  RerankingModel,
  SpeechModel,
  SpecificationVersion,
  TranscriptionModel,
  UploadMember,
} from './installed-sdk.ts';

/** Mutual assignability is not enough: `any` and unions that only overlap have to be told apart. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the comparison lives on the two being deferred
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Holds<Claim extends true> = Claim;

const settings: BalancedProviderSettings = {
  endpoints: [
    {
      type: 'azure',
      name: 'east',
      resourceName: 'my-east',
      apiKeyEnv: 'AZURE_API_KEY_1',
      apiVersion: '2024-10-21',
      weight: 3,
    },
    {
      type: 'azure',
      baseURLEnv: 'AZURE_API_BASE_URL_2',
      tokenProvider: async () => 'token',
      deployments: { 'gpt-4': 'gpt4-west' },
    },
    { type: 'openai', apiKey: () => 'key', priority: 1 },
    { name: 'another', provider: createOpenAI({ apiKey: 'key' }), models: ['gpt-4'] },
  ],
  modelMapping: { 'gpt-4': 'gpt4', 'gpt-3.5-turbo': 'gpt-35-turbo' },
  failureThreshold: 5,
  cooldownMs: 600_000,
  loadBalancing: true,
};
const balanced = createBalancedProvider(settings);

/** Each kind of model is that of the installed SDK, exactly. */
export type ModelsAreOfTheInstalledSdk = [
  Holds<Equal<typeof balanced, BalancedProvider>>,
  Holds<Equal<ReturnType<BalancedProvider>, LanguageModel>>,
  Holds<Equal<ReturnType<BalancedProvider['languageModel']>, LanguageModel>>,
  Holds<Equal<ReturnType<BalancedProvider['chat']>, LanguageModel>>,
  Holds<Equal<ReturnType<BalancedProvider['responses']>, LanguageModel>>,
  Holds<Equal<ReturnType<BalancedProvider['completion']>, LanguageModel>>,
  Holds<Equal<ReturnType<BalancedProvider['embeddingModel']>, EmbeddingModel>>,
  Holds<Equal<ReturnType<BalancedProvider['embedding']>, EmbeddingModel>>,
  Holds<Equal<ReturnType<BalancedProvider['textEmbeddingModel']>, EmbeddingModel>>,
  Holds<Equal<ReturnType<BalancedProvider['textEmbedding']>, EmbeddingModel>>,
  Holds<Equal<ReturnType<BalancedProvider['imageModel']>, ImageModel>>,
  Holds<Equal<ReturnType<BalancedProvider['image']>, ImageModel>>,
  Holds<Equal<ReturnType<BalancedProvider['transcriptionModel']>, TranscriptionModel>>,
  Holds<Equal<ReturnType<BalancedProvider['transcription']>, TranscriptionModel>>,
  Holds<Equal<ReturnType<BalancedProvider['speechModel']>, SpeechModel>>,
  Holds<Equal<ReturnType<BalancedProvider['speech']>, SpeechModel>>,
  Holds<Equal<ReturnType<BalancedProvider['rerankingModel']>, RerankingModel>>,
  Holds<Equal<Extract<keyof BalancedProvider, 'files' | 'skills'>, UploadMember>>,
  Holds<Equal<ReturnType<BalancedProvider>['specificationVersion'], SpecificationVersion>>,
];

const text: Promise<string> = generateText({ model: balanced('gpt-4'), prompt: 'Hello' }).then((result) => result.text);
const stream: AsyncIterable<string> = streamText({ model: balanced.chat('gpt-4'), prompt: 'Hello' }).textStream;
const object: Promise<{ city: string }> = generateObject({
  model: balanced('gpt-4'),
  schema: z.object({ city: z.string() }),
  prompt: 'Hello',
}).then((result) => result.object);
const vector: Promise<number[]> = embed({
  model: balanced.embeddingModel('text-embedding-3-small'),
  value: 'a value',
}).then((result) => result.embedding);
const vectors: Promise<number[][]> = embedMany({
  model: balanced.textEmbeddingModel('text-embedding-3-small'),
  values: ['a value'],
}).then((result) => result.embeddings);

const registry = createProviderRegistry({ balanced });
const custom = customProvider({
  languageModels: { quick: balanced('gpt-3.5-turbo') },
  fallbackProvider: balanced,
});
const options: BalancedCallOptions = { only: ['east'], not: [], maxAttempts: 2, urgency: 'background', endpoint: null };
const wrapped = wrapLanguageModel({ model: balanced('gpt-4'), middleware: [] });

export const used = {
  text,
  stream,
  object,
  vector,
  vectors,
  registered: generateText({ model: registry.languageModel('balanced:gpt-4'), prompt: 'Hello' }),
  custom: generateText({ model: custom.languageModel('quick'), prompt: 'Hello' }),
  wrapped: generateText({ model: wrapped, prompt: 'Hello' }),
  tools: balanced.tools,
  answeredBy: generateText({ model: wrapped, prompt: 'Hello', providerOptions: { balanced: options } }).then(
    ({ providerMetadata = {} }) => (providerMetadata['balanced'] as BalancedMetadata).endpoint,
  ),
};

// @ts-expect-error -- a list of endpoints is required
createBalancedProvider({});
// @ts-expect-error -- an unknown setting
createBalancedProvider({ endpoints: [], failureThresold: 5 });
// @ts-expect-error -- an endpoint of no known type
createBalancedProvider({ endpoints: [{ type: 'bedrock', apiKey: 'key' }] });
