import type { Target } from '../deployment/target.ts';
import { type CallOptions, isFirstSpecification } from '../sdk.ts';
import { type Headers, mergeOptions, withCallHeaders } from '../settings/call-defaults.ts';
import { alignKeys } from './align-options.ts';
import { withField } from './with-field.ts';

type ProviderOptions = CallOptions['providerOptions'];

/**
 * Options of a call as the model of a target reads them: what stands under `openai` or `azure` where it looks for it, with what is
 * configured for calls that go there. The same object when nothing changes.
 */
export function mapCallOptions(options: CallOptions, target: Target): CallOptions {
  const { keys, defaults } = target;
  // In AI SDK 4, language models, whose prompts are lists, have their options under the name that metadata has in results.
  const isFirst = isFirstSpecification(target) && Array.isArray(options['prompt']);
  const field = isFirst ? 'providerMetadata' : 'providerOptions';
  const align = (all: ProviderOptions): ProviderOptions => (all && keys ? alignKeys(all, keys) : all);
  const aligned = align(options[field] as ProviderOptions);
  if (defaults === undefined) return withField(options, field, aligned);
  return {
    ...options,
    [field]: mergeOptions(align(defaults.providerOptions), aligned),
    headers: withCallHeaders(defaults.headers, options['headers'] as Headers | undefined),
  };
}
