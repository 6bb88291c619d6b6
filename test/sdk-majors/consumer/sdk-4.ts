import type { EmbeddingModelV1 } from '@ai-sdk/provider';

export type {
  ImageModelV1 as ImageModel,
  LanguageModelV1 as LanguageModel,
  SpeechModelV1 as SpeechModel,
  TranscriptionModelV1 as TranscriptionModel,
} from '@ai-sdk/provider';
export type EmbeddingModel = EmbeddingModelV1<string>;
export type SpecificationVersion = 'v1';
/** There are none. */
export type RerankingModel = unknown;
export type UploadMember = never;
