import type { EmbeddingModelV2 } from '@ai-sdk/provider';

export type {
  ImageModelV2 as ImageModel,
  LanguageModelV2 as LanguageModel,
  SpeechModelV2 as SpeechModel,
  TranscriptionModelV2 as TranscriptionModel,
} from '@ai-sdk/provider';
export type EmbeddingModel = EmbeddingModelV2<string>;
export type SpecificationVersion = 'v2';
/** There are none. */
export type RerankingModel = unknown;
export type UploadMember = never;
