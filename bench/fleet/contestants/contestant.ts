import type { LanguageModel } from 'ai';

import type { Wishes } from '../scenario.ts';

/** Name of this package's contestant. */
export const OURS = 'ai-sdk-load-balancer';

/** The model id that applications ask for; at Azure-like endpoints the deployment has a name of its own. */
export const MODEL_ID = 'gpt-4o';
/** The one that stands in for it. */
export const FALLBACK_ID = 'gpt-4.1';
export const AZURE_DEPLOYMENT = 'gpt4o-fleet';
export const AZURE_API_VERSION = '2024-10-21';

/** An endpoint as its owner knows it. */
export interface FleetEndpoint {
  readonly name: string;
  readonly kind: 'openai' | 'azure';
  readonly baseURL: string;
  readonly apiKey: string;
  /** `undefined` where quotas are not known in advance. */
  readonly rpm: number | undefined;
  readonly tpm: number | undefined;
  readonly quotaGroup: string | undefined;
  /** Whether it serves the fallback model, and no other. */
  readonly isFallback: boolean;
}

export interface Fleet {
  readonly endpoints: readonly FleetEndpoint[];
  readonly wishes: Wishes;
}

/**
 * A way to use a fleet. It makes the one model that the benchmark then calls with `generateText` and `streamText`, as an application
 * would.
 */
export interface Contestant {
  readonly name: string;
  /** Retries of the AI SDK's own, where its documentation gives a number. @default the AI SDK's */
  readonly maxRetries?: number;
  createModel(fleet: Fleet): LanguageModel;
}
