import type { CallOptions, CallResult, SdkGenerateModel } from '../sdk.ts';
import type { BalancedModelOptions } from './balanced-model.ts';
import { generate } from './generate.ts';
import { mirror } from './mirror.ts';

/** An image, transcription or speech model that stands for a ring of them. */
export function createGenerateModel(parts: BalancedModelOptions<SdkGenerateModel>): SdkGenerateModel {
  const isImage = parts.ring.kind === 'image';
  return mirror(parts, {
    doGenerate: (options: CallOptions): Promise<CallResult> =>
      generate(parts, options, {
        ask: (model, attemptOptions) => model.doGenerate(attemptOptions),
        // `generateImage` joins the lists of images of each provider's metadata, and fails where there is none.
        toMetadata: (balanced, { images }) =>
          isImage ? { images: Array.from(images as ArrayLike<unknown>, () => balanced) } : balanced,
      }),
  });
}
