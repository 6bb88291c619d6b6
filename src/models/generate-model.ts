import { type CallOptions, type CallResult, isLive, type SdkGenerateModel, type StreamResult } from '../sdk.ts';
import type { BalancedModelOptions } from './balanced-model.ts';
import { generate } from './generate.ts';
import { LiveInput } from './live-input.ts';
import { mirror } from './mirror.ts';
import { streamAnswer } from './stream-answer.ts';

/** An image, transcription or speech model that stands for a ring of them. */
export function createGenerateModel(parts: BalancedModelOptions<SdkGenerateModel>): SdkGenerateModel {
  const isImage = parts.ring.kind === 'image';
  const doGenerate = (options: CallOptions): Promise<CallResult> =>
    generate(parts, options, {
      ask: (model, attemptOptions) => model.doGenerate(attemptOptions),
      // `generateImage` joins the lists of images of each provider's metadata, and fails where there is none.
      toMetadata: (balanced, { images }) =>
        isImage ? { images: Array.from(images as ArrayLike<unknown>, () => balanced) } : balanced,
    });
  // Where a model lacks it, the AI SDK fetches the audio itself, and any endpoint can serve it.
  const takesUrls = parts.templates.every((model) => typeof model.doGenerateFromUrl === 'function');
  const isLiveToo = isLive(parts.ring.kind) && parts.templates.every((model) => typeof model.doStream === 'function');
  return mirror(parts, {
    doGenerate,
    ...(takesUrls && { doGenerateFromUrl: (options: CallOptions) => generateFromUrl(parts, options) }),
    ...(isLiveToo && { doStream: (options: CallOptions) => streamLive(parts, options) }),
  });
}

/** Not before the first attempt: what is no stream is the caller's own mistake. */
async function streamLive(parts: BalancedModelOptions<SdkGenerateModel>, options: CallOptions): Promise<StreamResult> {
  const input = new LiveInput(options, parts.ring, parts.chain);
  // Each of its models has one.
  return streamAnswer(parts as BalancedModelOptions<Required<SdkGenerateModel>>, options, input);
}

/** @returns `undefined` when the model that was asked cannot fetch this URL: then the AI SDK does. */
const generateFromUrl = (
  parts: BalancedModelOptions<SdkGenerateModel>,
  options: CallOptions,
): Promise<CallResult | undefined> =>
  generate<SdkGenerateModel, CallResult>(parts, options, {
    // No answer at all would be taken for a failure.
    ask: async (model, attemptOptions) => (await model.doGenerateFromUrl?.(attemptOptions)) ?? {},
  }).then((result) => ('text' in result ? result : undefined));
