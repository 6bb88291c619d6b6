import type { Attributes } from '@opentelemetry/api';

import type { BalancedEvents } from '../events.ts';
import type { ModelKind } from '../sdk.ts';

/*
 * Names and values of the GenAI conventions (github.com/open-telemetry/semantic-conventions-genai, docs/gen-ai/client-inference.md),
 * and `balanced.*` for what they have none.
 */

type AttemptEvent = BalancedEvents['attempt'];

const OPERATIONS: Readonly<Record<ModelKind, string>> = {
  language: 'chat',
  chat: 'chat',
  responses: 'chat',
  completion: 'text_completion',
  embedding: 'embeddings',
  image: 'generate_content',
  transcription: 'generate_content',
  speech: 'generate_content',
  reranking: 'rerank',
  deepseek: 'chat',
  decision: 'generate_content',
  extraction: 'generate_content',
  files: 'upload_file',
  skills: 'upload_skill',
};

/** Where the first word of what a model says of itself is not the conventions' name of its provider. */
const PROVIDERS: Readonly<Record<string, string>> = {
  azure: 'azure.ai.openai',
  'azure-openai': 'azure.ai.openai',
  'amazon-bedrock': 'aws.bedrock',
  google: 'gcp.gemini',
  mistral: 'mistral_ai',
  xai: 'x_ai',
};

export const operationOf = (kind: ModelKind): string => OPERATIONS[kind];

/** What spans and metrics of an attempt have in common: none of it differs for each call. */
export function attributesOf(
  { provider, server, modelId }: BalancedEvents['attemptStart'],
  kind: ModelKind,
): Attributes {
  const [word = provider] = provider.split('.');
  return {
    'gen_ai.operation.name': operationOf(kind),
    'gen_ai.provider.name': PROVIDERS[word] ?? word,
    'gen_ai.request.model': modelId,
    ...(server && { 'server.address': server.address, 'server.port': server.port }),
  };
}

/** As gates hear it: nothing is learned from an attempt that was ended from outside. */
export function outcomeOf({ class: ended }: AttemptEvent): 'success' | 'failure' | 'none' {
  if (ended === 'success') return 'success';
  return ended === 'aborted' ? 'none' : 'failure';
}

/** The status, else the code, else the class. That an answer began well says nothing of how it broke. */
export const errorTypeOf = ({ statusCode, code, class: ended }: AttemptEvent): string =>
  statusCode === undefined || statusCode < 300 ? (code ?? ended) : String(statusCode);
