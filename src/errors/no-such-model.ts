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

/** The AI SDK's own error for a model that nobody has; says who was asked. */
export function noSuchModel({
  modelId,
  kind,
  asked,
}: {
  readonly modelId: string;
  readonly kind: ModelKind;
  /** A line about each endpoint. */
  readonly asked: readonly string[];
}): NoSuchModelError {
  return new NoSuchModelError({
    modelId,
    modelType: MODEL_TYPES[kind],
    message: `No endpoint has a ${kind} model "${modelId}". Asked: ${asked.join('; ')}.`,
  });
}
