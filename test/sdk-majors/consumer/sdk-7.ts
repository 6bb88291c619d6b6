export type {
  EmbeddingModelV4 as EmbeddingModel,
  ImageModelV4 as ImageModel,
  LanguageModelV4 as LanguageModel,
  RerankingModelV4 as RerankingModel,
  SpeechModelV4 as SpeechModel,
  TranscriptionModelV4 as TranscriptionModel,
} from '@ai-sdk/provider';
export type SpecificationVersion = 'v4';
export type UploadMember = 'files' | 'skills';
