import { property } from '../foreign.ts';
import type { CallOptions, CallResult, ModelKind } from '../sdk.ts';

/** What OpenAI's Responses API accepts at least (`max_output_tokens`). A reasoning model ends there too. */
const FEWEST_TOKENS = 16;

const BUDGET = 'maxCompletionTokens';

/** The head of a WAVE file: PCM, 8 bits, 8,000 a second, mono. */
const WAVE_HEAD = atob('UklGRvQHAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YdAHAAA=');
/** A quarter of a second of silence: OpenAI refuses less than a tenth. */
const SILENCE = new Uint8Array(WAVE_HEAD.length + 2_000).fill(128);
SILENCE.set(Uint8Array.from(WAVE_HEAD, (character) => character.charCodeAt(0)));

/** What a model is asked, and by which method. */
type Question = readonly [method: keyof AskedModel, options: CallOptions];

/** A model of the AI SDK of any kind: it has the method of its own. */
export type AskedModel = Readonly<
  Record<
    'doGenerate' | 'doEmbed' | 'doRerank' | 'doDecide' | 'doExtract',
    (options: CallOptions) => PromiseLike<CallResult>
  >
>;

/** Fields of all majors at once: each reads its own. */
const LANGUAGE: Question = [
  'doGenerate',
  {
    inputFormat: 'prompt',
    mode: { type: 'regular' },
    prompt: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
    maxTokens: FEWEST_TOKENS,
    maxOutputTokens: FEWEST_TOKENS,
  },
];

const STATE = [{ type: 'text', text: 'Hi' }];

const QUESTIONS: Readonly<Partial<Record<ModelKind, Question>>> = {
  embedding: ['doEmbed', { values: ['Hi'] }],
  // No model makes such a picture: what rejects the size has found the deployment, and costs nothing.
  image: ['doGenerate', { prompt: 'Hi', n: 1, size: '1x1' }],
  transcription: ['doGenerate', { audio: SILENCE, mediaType: 'audio/wav' }],
  speech: ['doGenerate', { text: 'Hi' }],
  reranking: ['doRerank', { query: 'Hi', documents: { type: 'text', values: ['Hi'] } }],
  decision: ['doDecide', { state: STATE, questions: { q: { type: 'boolean', instructions: 'A greeting?' } } }],
  extraction: ['doExtract', { state: STATE, fields: { f: { type: 'text' } } }],
};

/** The cheapest question for models of a kind that shows whether they work. */
export const questionFor = (kind: ModelKind): Question => QUESTIONS[kind] ?? LANGUAGE;

/** What calls have that takes the place of a configured budget, which `maxOutputTokens` does not: a reasoning model may use it up. */
export const fewestTokens = (configured: CallOptions['providerOptions'] = {}): CallOptions => {
  const names = Object.keys(configured).filter((name) => property(configured[name], BUDGET) !== undefined);
  const providerOptions = Object.fromEntries(names.map((name) => [name, { [BUDGET]: FEWEST_TOKENS }]));
  // AI SDK 4 reads the second.
  return { providerOptions, providerMetadata: providerOptions };
};

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
