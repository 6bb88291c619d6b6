import type { OptionKey } from '../deployment/option-keys.ts';
import type { Target } from '../deployment/target.ts';
import { type CallOptions, isFirstSpecification } from '../sdk.ts';
import { type Headers, mergeOptions, withCallHeaders } from '../settings/call-defaults.ts';
import type { ProviderOptions } from './prompt.ts';

/**
 * Options of a call as the model of a target reads them: what stands under `openai` or `azure` where it looks for it, with what is
 * configured for calls that go there. The same object when nothing changes.
 */
export function mapCallOptions(options: CallOptions, target: Target): CallOptions {
  const mapped = withMappedKeys(options, target);
  if (target.defaults === undefined) return mapped;
  const { providerOptions, headers } = target.defaults;
  // In AI SDK 4, language models, whose prompts are lists, have their options under the name that metadata has in results.
  const isFirst = isFirstSpecification(target) && Array.isArray(options['prompt']);
  const field = isFirst ? 'providerMetadata' : 'providerOptions';
  const otherwise = withMappedKeys({ [field]: providerOptions }, target)[field] as CallOptions['providerOptions'];
  return {
    ...mapped,
    [field]: mergeOptions(otherwise, mapped[field] as CallOptions['providerOptions']),
    headers: withCallHeaders(headers, mapped['headers'] as Headers | undefined),
  };
}

function withMappedKeys(options: CallOptions, target: Target): CallOptions {
  // In AI SDK 4 options have the name that metadata has in results.
  const field = isFirstSpecification(target) && 'providerMetadata' in options ? 'providerMetadata' : 'providerOptions';
  const all = options[field] as ProviderOptions | undefined;
  if (all === undefined || target.keys === undefined) return options;
  const { read, own } = target.keys;
  const from = all[otherKey(read)];
  const into = all[read];
  if (from === undefined || from === into) return options;
  const merged = own === read ? { ...from, ...into } : { ...into, ...from };
  return { ...options, [field]: { ...all, [read]: merged } };
}

/** The other of the two keys. */
export const otherKey = (key: OptionKey): OptionKey => (key === 'openai' ? 'azure' : 'openai');
