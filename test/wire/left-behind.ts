/** Asks a model that never answers and waits for nothing: what is left of the process is the time limits of the call. */
import type { LanguageModelV4 } from '@ai-sdk/provider';

import { createBalancedProvider } from '../../src/index.ts';

const never = new Promise<never>(() => undefined);
const silent = (modelId: string): LanguageModelV4 => ({
  specificationVersion: 'v4',
  provider: 'silent',
  modelId,
  supportedUrls: {},
  doGenerate: () => never,
  doStream: () => never,
});
const balanced = createBalancedProvider({
  endpoints: ['one', 'two'].map((name) => ({ name, provider: { languageModel: silent } })),
  timeout: { attemptMs: 60_000, firstContentMs: 60_000 },
  totalTimeoutMs: 120_000,
  hedge: { afterMs: 60_000 },
});
const prompt = [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'Who are you?' }] }];
void balanced('gpt-4').doGenerate({ prompt });
void balanced('gpt-4').doStream({ prompt });
