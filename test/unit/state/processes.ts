import type { LanguageModelV4GenerateResult } from '@ai-sdk/provider';

import {
  type BalancedProvider,
  type BalancedProviderSettings,
  type CommonEndpointSettings,
  createBalancedProvider,
  type SharedState,
} from '../../../src/index.ts';
import { MemoryState } from '../../support/memory-state.ts';
import { type FakeEndpoint, prompt } from '../fake-endpoint.ts';
import { type Outcome, watch } from '../outcome.ts';

/** One process of a fleet. */
export interface Process {
  readonly balanced: BalancedProvider;
  readonly ask: () => Outcome<LanguageModelV4GenerateResult>;
}

/** A state that a test can take down. */
export class FlakyState extends MemoryState {
  /** What becomes of questions, instead of an answer. */
  trouble: 'none' | 'silent' | 'down' | Error = 'none';
  questions = 0;
  #tellReady: (() => void)[] = [];

  override isReady(): boolean {
    return this.trouble !== 'down';
  }

  override onReady(listener?: () => void): void {
    if (listener !== undefined) this.#tellReady.push(listener);
  }

  /** It is back, and the client says so. */
  recover(): void {
    this.trouble = 'none';
    for (const tell of this.#tellReady) tell();
  }

  override admit(...args: Parameters<SharedState['admit']>): ReturnType<SharedState['admit']> {
    return this.#ask(() => super.admit(...args));
  }

  override report(...args: Parameters<SharedState['report']>): ReturnType<SharedState['report']> {
    return this.#ask(() => super.report(...args));
  }

  #ask<T>(question: () => Promise<T>): Promise<T> {
    this.questions += 1;
    if (this.trouble === 'silent') return new Promise(() => {});
    return this.trouble instanceof Error ? Promise.reject(this.trouble) : question();
  }
}

/** So many processes that share the endpoints and a state. */
export function startProcesses(
  count: number,
  endpoints: readonly (readonly [FakeEndpoint, CommonEndpointSettings?])[],
  settings: Partial<BalancedProviderSettings> = {},
): { readonly processes: readonly Process[]; readonly state: FlakyState } {
  const state = new FlakyState(() => 1e12 + performance.now());
  const processes = Array.from({ length: count }, (): Process => {
    const balanced = createBalancedProvider({
      endpoints: endpoints.map(([endpoint, own]) => endpoint.settings(own)),
      loadBalancing: false,
      state,
      ...settings,
    });
    return { balanced, ask: () => watch(balanced('m').doGenerate({ prompt })) };
  });
  return { processes, state };
}
