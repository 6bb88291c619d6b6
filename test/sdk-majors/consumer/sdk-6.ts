export type {
  EmbeddingModelV3 as EmbeddingModel,
  ImageModelV3 as ImageModel,
  LanguageModelV3 as LanguageModel,
  RerankingModelV3 as RerankingModel,
  SpeechModelV3 as SpeechModel,
  TranscriptionModelV3 as TranscriptionModel,
} from '@ai-sdk/provider';
export type SpecificationVersion = 'v3';
export type UploadMember = never;
