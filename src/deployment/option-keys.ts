import type { ModelKind } from '../sdk.ts';

/** The two names under which options and metadata of OpenAI's models go. */
export type OptionKey = 'openai' | 'azure';

/** Which key a model reads, and which is its endpoint's own. */
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
export function optionKeysOf(
  kind: ModelKind,
  providerName: string,
  specificationVersion: string,
): OptionKeys | undefined {
  if (kind === 'deepseek') return undefined;
  if (providerName.includes('azure')) {
    const readsAzure = kind === 'responses' && specificationVersion !== 'v1' && specificationVersion !== 'v2';
    return readsAzure ? AZURE : AZURE_READS_OPENAI;
  }
  // `createOpenAI({ name })` changes the provider's name; the Responses API is OpenAI's whatever it is called.
  return providerName.startsWith('openai') || kind === 'responses' ? OPENAI : undefined;
}
