import type { CallOptions, CallResult, ModelKind, SdkAnswerModel, SdkEmbeddingModel, SdkModel } from '../sdk.ts';

/** What OpenAI's Responses API accepts at least (`max_output_tokens`). A reasoning model ends there too. */
const FEWEST_TOKENS = 16;

/** The head of a WAVE file: PCM, 8 bits, 8,000 a second, mono. */
const WAVE_HEAD = atob('UklGRvQHAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YdAHAAA=');
/** A quarter of a second of silence: OpenAI refuses less than a tenth. */
const SILENCE = new Uint8Array(WAVE_HEAD.length + 2_000).fill(128);
SILENCE.set(Uint8Array.from(WAVE_HEAD, (character) => character.charCodeAt(0)));

/** Fields of all majors at once: each reads its own. */
const LANGUAGE = {
  inputFormat: 'prompt',
  mode: { type: 'regular' },
  prompt: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
  maxTokens: FEWEST_TOKENS,
  maxOutputTokens: FEWEST_TOKENS,
};

const QUESTIONS: Readonly<Partial<Record<ModelKind, CallOptions>>> = {
  embedding: { values: ['Hi'] },
  // No model makes such a picture: what rejects the size has found the deployment, and costs nothing.
  image: { prompt: 'Hi', n: 1, size: '1x1' },
  transcription: { audio: SILENCE, mediaType: 'audio/wav' },
  speech: { text: 'Hi' },
  reranking: { query: 'Hi', documents: { type: 'text', values: ['Hi'] } },
  decision: {
    state: [{ type: 'text', text: 'Hi' }],
    questions: { q: { type: 'boolean', instructions: 'A greeting?' } },
  },
  extraction: { state: [{ type: 'text', text: 'Hi' }], fields: { f: { type: 'text' } } },
};

/** What they are asked by, where that is not `doGenerate`. */
const METHODS: Readonly<Partial<Record<ModelKind, 'doRerank' | 'doDecide' | 'doExtract'>>> = {
  reranking: 'doRerank',
  decision: 'doDecide',
  extraction: 'doExtract',
};

/** The cheapest question for models of a kind that shows whether they work. */
export const questionFor = (kind: ModelKind): CallOptions => ({
  ...(QUESTIONS[kind] ?? LANGUAGE),
  headers: {},
  providerOptions: {},
});

/** Asks a model of the AI SDK. */
export function askModel(model: SdkModel, kind: ModelKind, options: CallOptions): PromiseLike<CallResult> {
  if (kind === 'embedding') return (model as SdkEmbeddingModel).doEmbed(options);
  return (model as Required<SdkAnswerModel>)[METHODS[kind] ?? 'doGenerate'](options);
}

/** Models of other kinds than language, by how OpenAI names them: settings do not say what an id stands for. */
const KINDS: readonly (readonly [name: RegExp, kind: ModelKind])[] = [
  [/embed/i, 'embedding'],
  [/dall-?e|image/i, 'image'],
  [/whisper|transcribe/i, 'transcription'],
  [/\btts/i, 'speech'],
  [/rerank/i, 'reranking'],
  [/turbo-instruct|davinci|babbage/i, 'completion'],
];

/** The kind of model that names tell of. */
export const kindOf = (names: readonly string[], otherwise: ModelKind): ModelKind =>
  KINDS.find(([name]) => names.some((each) => name.test(each)))?.[1] ?? otherwise;
