import { isFirstSpecification, type CallOptions } from '../sdk.ts';
import type { OptionKey, OptionKeys } from '../deployment/option-keys.ts';
import type { Target } from '../deployment/target.ts';
import type { Options, ProviderOptions } from './prompt.ts';

/** Options written under `openai` or `azure`, put where the model of a target reads them. The same object when they are. */
export function mapCallOptions(options: CallOptions, target: Target): CallOptions {
  // In AI SDK 4 options have the name that metadata has in results.
  const field = isFirstSpecification(target) && 'providerMetadata' in options ? 'providerMetadata' : 'providerOptions';
  const given = options[field] as ProviderOptions | undefined;
  if (given === undefined || target.keys === undefined) return options;
  const mapped = mapOptions(given, target.keys);
  return mapped === given ? options : { ...options, [field]: mapped };
}

/** Puts what is written under either key where the model reads it, key by key. */
function mapOptions(all: ProviderOptions, { read, own }: OptionKeys): ProviderOptions {
  const from = all[otherKey(read)];
  const into = all[read];
  if (from === undefined || from === into) return all;
  return { ...all, [read]: own === read ? merge(from, into) : merge(into, from) };
}

const merge = (weaker: Options | undefined, stronger: Options | undefined): Options => ({ ...weaker, ...stronger });

/** The other of the two keys. */
export const otherKey = (key: OptionKey): OptionKey => (key === 'openai' ? 'azure' : 'openai');
