import type { OpenAIProvider } from '@ai-sdk/openai';

import { property } from './foreign.ts';

/*
 * Public types come from the peers that the user has installed: with @ai-sdk/openai 1, 2, 3 or 4 they resolve to the
 * models of AI SDK 4, 5, 6 or 7.
 */

/** A language model of the installed major of the AI SDK. */
export type LanguageModel = ReturnType<OpenAIProvider['languageModel']>;
/** An embedding model of the installed major of the AI SDK. */
export type EmbeddingModel = ReturnType<OpenAIProvider['textEmbeddingModel']>;
/** An image model of the installed major of the AI SDK. */
export type ImageModel = ReturnType<OpenAIProvider['imageModel']>;
/** A transcription model of the installed major of the AI SDK. */
export type TranscriptionModel = ReturnType<OpenAIProvider['transcription']>;
/** A speech model of the installed major of the AI SDK. */
export type SpeechModel = ReturnType<OpenAIProvider['speech']>;
/** A reranking model of the installed major of the AI SDK; `unknown` on 4 and 5, which have none. */
export type RerankingModel = MadeBy<'rerankingModel'>;
/** A decision model of AI SDK 7; `unknown` before it. */
export type DecisionModel = MadeBy<'evaluationModel'>;
/** An extraction model of AI SDK 7; `unknown` before it. */
export type ExtractionModel = MadeBy<'extractionModel'>;
type MadeBy<Member extends string> = OpenAIProvider extends {
  readonly [Name in Member]?: (...args: never[]) => infer Model;
}
  ? Model
  : unknown;
/** The tools that OpenAI executes itself. */
export type OpenAITools = OpenAIProvider['tools'];
/** `files()` and `skills()`, where providers of the installed major have them (AI SDK 7). */
export type Uploads = Pick<OpenAIProvider, Extract<keyof OpenAIProvider, 'files' | 'skills'>>;
/** Per-model settings: the second argument of model functions in AI SDK 4 only. */
export type ModelSettings = Readonly<Record<string, unknown>>;
/** `{ specificationVersion }` where providers of the installed major have one (AI SDK 6 and 7). */
export type ProviderSpecification = OpenAIProvider extends { specificationVersion: infer Version }
  ? { readonly specificationVersion: Version }
  : unknown;

/*
 * Inside, models are structural: the core passes options and parts on and looks only at what is named here.
 */

/** What can be asked of an endpoint. `language` is whatever the endpoint's provider takes a bare model id for. */
export type ModelKind =
  | 'language'
  | 'chat'
  | 'responses'
  | 'completion'
  | 'embedding'
  | 'image'
  | 'transcription'
  | 'speech'
  | 'reranking'
  | 'deepseek'
  | 'decision'
  | 'extraction'
  | 'files'
  | 'skills';

/** The part of any AI SDK model that all kinds share. */
export interface SdkModel {
  readonly specificationVersion: string;
  readonly provider: string;
  readonly modelId: string;
}

/** Options of any `doGenerate`, `doStream` or `doEmbed`. */
export interface CallOptions {
  readonly abortSignal?: AbortSignal | undefined;
  readonly providerOptions?: Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined;
  readonly [option: string]: unknown;
}

/** Metadata by provider name. */
export type ProviderMetadata = Readonly<Record<string, unknown>>;

/** Result of any `doGenerate` or `doEmbed`. */
export interface CallResult {
  readonly providerMetadata?: ProviderMetadata | undefined;
  readonly [field: string]: unknown;
}

/** One part of a language model's stream. */
export interface StreamPart {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** Result of `doStream`. */
export interface StreamResult extends CallResult {
  readonly stream: ReadableStream<StreamPart>;
}

export interface SdkLanguageModel extends SdkModel {
  /** In v1. */
  readonly supportsUrl?: (url: URL) => boolean;
  doGenerate(options: CallOptions): PromiseLike<CallResult>;
  doStream(options: CallOptions): PromiseLike<StreamResult>;
}

export interface SdkEmbeddingModel extends SdkModel {
  readonly maxEmbeddingsPerCall: MaybePromise<number | undefined>;
  readonly supportsParallelCalls: MaybePromise<boolean>;
  doEmbed(options: CallOptions): PromiseLike<CallResult & { readonly embeddings: readonly (readonly number[])[] }>;
}

type AnswerMethod = (options: CallOptions) => PromiseLike<CallResult>;

/** Models with one answer to each call: image, transcription and speech, reranking (v3 and v4), decision and extraction (v4). */
export interface SdkAnswerModel extends SdkModel {
  readonly doGenerate?: AnswerMethod;
  readonly doRerank?: AnswerMethod;
  readonly doDecide?: AnswerMethod;
  /** The older name of `doDecide`. */
  readonly doEvaluate?: AnswerMethod;
  readonly doExtract?: AnswerMethod;
  /** Of transcription models of v4, where the service fetches the audio. */
  doGenerateFromUrl?(options: CallOptions): PromiseLike<CallResult | undefined>;
  /** Of transcription and speech models of v4, which take live audio or text. */
  doStream?(options: CallOptions): PromiseLike<StreamResult>;
}

/** Where a provider keeps uploads. Of v4; it stands for a model, since calls of it are balanced in the same way. */
export interface SdkUploads extends SdkModel {
  readonly uploadFile?: AnswerMethod;
  readonly uploadSkill?: AnswerMethod;
  readonly deleteFile?: AnswerMethod;
  readonly getFileMetadata?: AnswerMethod;
  readonly downloadFile?: AnswerMethod;
}

export type MaybePromise<T> = T | PromiseLike<T>;

/** `v1` is AI SDK 4: no Responses by default, and no promises where an embedding model states its limits. */
export const isFirstSpecification = ({ specificationVersion }: Pick<SdkModel, 'specificationVersion'>): boolean =>
  specificationVersion === 'v1';

/** What came over the wire for an answer: v1 has it in `rawResponse`, and beside that a `response` without these fields. */
export const responseOf = (result: unknown, field: 'headers' | 'body'): unknown =>
  property(property(result, 'response'), field) ?? property(property(result, 'rawResponse'), field);

/** Whether streams of a kind are of live input: what comes out, and when, depends on what goes in meanwhile. */
export const isLive = (kind: ModelKind): boolean => kind === 'transcription' || kind === 'speech';

/** Where a provider keeps its models of one kind: the names differ between majors. */
export const MEMBERS: Readonly<Record<ModelKind, readonly string[]>> = {
  language: ['languageModel'],
  chat: ['chat', 'chatModel'],
  responses: ['responses'],
  completion: ['completion', 'completionModel'],
  embedding: ['embeddingModel', 'textEmbeddingModel', 'embedding', 'textEmbedding'],
  image: ['imageModel', 'image'],
  transcription: ['transcriptionModel', 'transcription'],
  speech: ['speechModel', 'speech'],
  reranking: ['rerankingModel', 'reranking'],
  deepseek: ['deepseek'],
  decision: ['decisionModel', 'evaluationModel'],
  extraction: ['extractionModel'],
  files: ['files'],
  skills: ['skills'],
};

/** Kinds that models are made of; of `language`, the provider chooses the API. */
export const MODEL_KINDS = (Object.keys(MEMBERS) as ModelKind[]).filter(
  (kind) => kind !== 'language' && kind !== 'files' && kind !== 'skills',
);

/** The name under which a provider makes models of one kind; `undefined` where it makes none. */
export const memberName = (provider: Readonly<Record<string, unknown>>, kind: ModelKind): string | undefined =>
  MEMBERS[kind].find((name) => typeof provider[name] === 'function');
