import { NoSuchModelError } from '@ai-sdk/provider';

import type { ModelKind } from '../sdk.ts';

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
  const name = kindName(kind);
  return new NoSuchModelError({
    modelId,
    // Every major has a type for each kind, and none for completions. One type stands for all of these names.
    modelType: `${name === 'completion' || name === 'deepseek' ? 'language' : name}Model` as 'languageModel',
    message: `The ${name} model "${modelId}" cannot be served: ${asked.join('; ')}.`,
  });
}
