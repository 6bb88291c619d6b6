import { type CallOptions, type CallResult, isLive, type SdkAnswerModel, type StreamResult } from '../sdk.ts';
import type { BalancedModelOptions } from './balanced-model.ts';
import { generate } from './generate.ts';
import { LiveInput } from './live-input.ts';
import { mirror } from './mirror.ts';
import { streamAnswer } from './stream-answer.ts';

/** The methods that have an answer: of image, transcription and speech models, of reranking, of decisions (by two names), of extractions. */
const METHODS = ['doGenerate', 'doRerank', 'doDecide', 'doEvaluate', 'doExtract'] as const;

type Answering = Required<SdkAnswerModel>;

/** A model of that sort that stands for a ring of them. */
export function createAnswerModel(parts: BalancedModelOptions<SdkAnswerModel>): SdkAnswerModel {
  const { ring, templates } = parts;
  const has = (method: keyof SdkAnswerModel): boolean =>
    templates.every((model) => typeof model[method] === 'function');
  // Each model has the methods that are looked for.
  const able = parts as BalancedModelOptions<Answering>;
  const methods = METHODS.filter(has).map((method) => [
    method,
    (options: CallOptions): Promise<CallResult> =>
      // Called as a member: it may be of a class.
      generate(able, options, (model, given) => model[method](given)),
  ]);
  return mirror(parts, {
    ...(Object.fromEntries(methods) as object),
    // Where a model lacks it, the AI SDK fetches the audio itself, and any endpoint can serve it.
    ...(has('doGenerateFromUrl') && { doGenerateFromUrl: (options: CallOptions) => generateFromUrl(able, options) }),
    ...(isLive(ring.kind) && has('doStream') && { doStream: (options: CallOptions) => streamLive(able, options) }),
  });
}

/** Not before the first attempt: what is no stream is the caller's own mistake. */
const streamLive = async (parts: BalancedModelOptions<Answering>, options: CallOptions): Promise<StreamResult> =>
  streamAnswer(parts, options, new LiveInput(options, parts.ring, parts.chain));

/** @returns `undefined` when the model that was asked cannot fetch this URL: then the AI SDK does. */
async function generateFromUrl(
  parts: BalancedModelOptions<Answering>,
  options: CallOptions,
): Promise<CallResult | undefined> {
  // No answer at all would be taken for a failure.
  const result = await generate<Answering, CallResult>(
    parts,
    options,
    async (model, given) => (await model.doGenerateFromUrl(given)) ?? {},
  );
  return 'text' in result ? result : undefined;
}
