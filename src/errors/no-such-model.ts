import { NoSuchModelError } from '@ai-sdk/provider';

import type { ModelKind } from '../sdk.ts';

const MODEL_TYPES = {
  language: 'languageModel',
  chat: 'languageModel',
  responses: 'languageModel',
  completion: 'languageModel',
  // The name that every line of NoSuchModelError has in its type or takes all the same.
  embedding: 'embeddingModel',
  image: 'imageModel',
  transcription: 'transcriptionModel',
  speech: 'speechModel',
} as const satisfies Record<ModelKind, string>;

/** The kind in words: Chat and Responses are two ways to one language model. */
export const kindName = (kind: ModelKind): string => (kind === 'chat' || kind === 'responses' ? 'language' : kind);

/** The AI SDK's own error for a model that no endpoint can serve; says why each cannot. */
export function noSuchModel({
  modelId,
  kind,
  asked,
}: {
  readonly modelId: string;
  readonly kind: ModelKind;
  /** A line about each endpoint that was asked and cannot. */
  readonly asked: readonly string[];
}): NoSuchModelError {
  return new NoSuchModelError({
    modelId,
    modelType: MODEL_TYPES[kind],
    message: `The ${kindName(kind)} model "${modelId}" cannot be served: ${asked.join('; ')}.`,
  });
}
