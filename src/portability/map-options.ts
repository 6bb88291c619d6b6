import type { OptionKey } from '../deployment/option-keys.ts';
import type { Target } from '../deployment/target.ts';
import { type CallOptions, isFirstSpecification } from '../sdk.ts';
import type { ProviderOptions } from './prompt.ts';

/** Options written under `openai` or `azure`, put where the model of a target reads them. The same object when they are. */
export function mapCallOptions(options: CallOptions, target: Target): CallOptions {
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
