import { embedMany, generateText, streamText } from 'ai';
import type { BalancedProvider } from 'ai-sdk-load-balancer';

import { generateImage, transcribe, twoSteps, weatherTool } from '../sdk-majors/suite/sdk-major.ts';
import { readStream } from '../support/read-stream.ts';
import { vectorOf } from '../support/wire/embeddings.ts';
import { answerTo, promptOf, toolResultOf, type Order } from './content.ts';

/** What a call is made with. */
export interface SoakCall {
  readonly balanced: BalancedProvider;
  readonly order: Order;
  readonly abortSignal: AbortSignal;
  /** Parts of a stream after which its reader leaves. Absent: it reads to the end. */
  readonly leavesAfter?: number;
}

/** How a call ended. `wrong` is what must never be: what was got, beside what was ordered. */
export type Ending =
  | { readonly kind: 'whole' }
  | { readonly kind: 'left' }
  /** With content before, the error is whatever broke the stream. */
  | { readonly kind: 'failed'; readonly error: unknown; readonly afterContent?: boolean }
  | { readonly kind: 'wrong'; readonly what: string };

export type CallKind = (call: SoakCall) => Promise<Ending>;

const settled = (isWhole: boolean, got: unknown): Ending =>
  isWhole ? { kind: 'whole' } : { kind: 'wrong', what: JSON.stringify(got) };

type Api = 'chat' | 'responses' | 'completion';

/** On AI SDK 4 Azure has no Responses API: its endpoints serve only the ids without it. */
const modelOf = { chat: 'gpt-4', responses: 'gpt-4.1', completion: 'gpt-3.5-turbo-instruct' } as const;

const generate =
  (api: Api): CallKind =>
  async ({ balanced, order, abortSignal }) => {
    const model = balanced[api](modelOf[api]);
    const { text, finishReason } = await generateText({ model, prompt: promptOf(order), abortSignal, maxRetries: 0 });
    return settled(text === answerTo(order) && finishReason === 'stop', { text, finishReason });
  };

const stream =
  (api: Api): CallKind =>
  async ({ balanced, order, abortSignal, leavesAfter }) => {
    const settings = { model: balanced[api](modelOf[api]), prompt: promptOf(order), abortSignal, maxRetries: 0 };
    const result = streamText({ ...settings, onError: () => undefined });
    if (leavesAfter !== undefined) return leave(result.fullStream, leavesAfter);
    return judgeReading(await readStream(result.fullStream), order);
  };

function judgeReading(reading: Awaited<ReturnType<typeof readStream>>, order: Order): Ending {
  const { text, finishReason, errors, wasAborted, partTypes } = reading;
  const whole = answerTo(order);
  if (!whole.startsWith(text)) return { kind: 'wrong', what: JSON.stringify({ text }) };
  const afterContent = text !== '' || partTypes.some((type) => type.startsWith('tool'));
  if (errors.length > 0) return { kind: 'failed', error: errors[0], afterContent };
  if (wasAborted) return { kind: 'left' };
  return settled(text === whole && finishReason === 'stop', { text, finishReason });
}

async function leave(parts: AsyncIterable<object>, leavesAfter: number): Promise<Ending> {
  let left = leavesAfter;
  for await (const _ of parts) {
    left -= 1;
    if (left <= 0) break;
  }
  return { kind: 'left' };
}

const tools =
  (isStream: boolean): CallKind =>
  async ({ balanced, order, abortSignal }) => {
    const settings = {
      model: balanced.chat('gpt-4'),
      prompt: promptOf(order),
      tools: { weather: weatherTool(async () => toolResultOf(order)) },
      ...twoSteps,
      abortSignal,
      maxRetries: 0,
    };
    if (isStream) {
      return judgeReading(await readStream(streamText({ ...settings, onError: () => undefined }).fullStream), order);
    }
    const { text, finishReason } = await generateText(settings);
    return settled(text === answerTo(order) && finishReason === 'stop', { text, finishReason });
  };

const embedding: CallKind = async ({ balanced, order, abortSignal }) => {
  const values = Array.from({ length: 1 + (order.words % 3) }, (_, index) => `${promptOf(order)} Value ${index}`);
  const model = balanced.textEmbeddingModel('text-embedding-3-small');
  const { embeddings } = await embedMany({ model, values, abortSignal, maxRetries: 0 });
  return settled(JSON.stringify(embeddings) === JSON.stringify(values.map((value) => vectorOf(value))), embeddings);
};

const image: CallKind = async ({ balanced, order, abortSignal }) => {
  const model = balanced.imageModel('gpt-image-1');
  const { images } = await generateImage({ model, prompt: promptOf(order), abortSignal, maxRetries: 0 });
  return settled(images.length === 1, images.length);
};

const mp3 = new Uint8Array([0x49, 0x44, 0x33, 0, 0, 0, 0, 0, 0, 0, 1, 2]);

const transcription: CallKind = async ({ balanced, order, abortSignal }) => {
  const { text } = await transcribe({
    model: balanced.transcriptionModel('whisper-1'),
    audio: mp3,
    providerOptions: { openai: { prompt: promptOf(order) } },
    abortSignal,
    maxRetries: 0,
  });
  return settled(text === answerTo(order), text);
};

/** All kinds of calls, and how often each is made. */
export const callKinds: readonly (readonly [number, CallKind])[] = [
  [20, generate('chat')],
  [15, generate('responses')],
  [30, stream('chat')],
  [20, stream('responses')],
  [3, generate('completion')],
  [3, stream('completion')],
  [5, tools(false)],
  [5, tools(true)],
  [8, embedding],
  [1, image],
  [2, transcription],
];
