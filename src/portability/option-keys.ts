import type { ModelKind, SdkModel } from '../sdk.ts';
import type { Options, ProviderOptions } from './prompt.ts';

/** The two names under which options and metadata of OpenAI's models go. */
export type OptionKey = 'openai' | 'azure';

/** Which key a model looks at, and which is its endpoint's own. */
export interface OptionKeys {
  /** The key that the installed SDK reads for this model. */
  readonly read: OptionKey;
  /** The key named for the endpoint: what is written there wins over what is written under the other. */
  readonly own: OptionKey;
}

const AZURE_READS_OPENAI: OptionKeys = { read: 'openai', own: 'azure' };
const AZURE: OptionKeys = { read: 'azure', own: 'azure' };
const OPENAI: OptionKeys = { read: 'openai', own: 'openai' };

/**
 * The keys of a model; `undefined` for one that is not OpenAI's, whose options are not ours to touch.
 *
 * AI SDK 4 and 5 read `openai` everywhere. 6 and 7 read `azure` for the Responses API at Azure, and `openai` for the rest.
 */
export function optionKeysOf(model: SdkModel, kind: ModelKind): OptionKeys | undefined {
  // A model that was handed in may not say whose it is, whatever its type says.
  const { provider = '', specificationVersion } = model as Partial<SdkModel>;
  if (provider.includes('azure')) {
    const readsAzure = kind === 'responses' && specificationVersion !== 'v1' && specificationVersion !== 'v2';
    return readsAzure ? AZURE : AZURE_READS_OPENAI;
  }
  // `createOpenAI({ name })` changes the provider's name; the Responses API is OpenAI's whatever it is called.
  return provider.startsWith('openai') || kind === 'responses' ? OPENAI : undefined;
}

/** The other of the two keys. */
export const otherKey = (key: OptionKey): OptionKey => (key === 'openai' ? 'azure' : 'openai');

/** Puts what is written under either key where the model reads it, key by key. The same object when it is there already. */
export function mapOptions(all: ProviderOptions, { read, own }: OptionKeys): ProviderOptions {
  const from = all[otherKey(read)];
  const into = all[read];
  if (from === undefined || from === into) return all;
  const merged = own === read ? merge(from, into) : merge(into, from);
  return { ...all, [read]: merged };
}

const merge = (weaker: Options | undefined, stronger: Options | undefined): Options => ({ ...weaker, ...stronger });
