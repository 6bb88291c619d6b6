import type { Attributes, Counter } from '@opentelemetry/api';

import type { TokenUsage } from '../events.ts';

/** Different attributes that are kept: model ids may come from anywhere. */
const MOST = 1_000;

interface Sums {
  attempts: number;
  inputTokens: number;
  outputTokens: number;
}

type Counters = Readonly<Record<keyof Sums, Counter>>;

/**
 * Counts attempts that succeeded, and adds the sums to the counters when metrics are collected: an SDK sorts and joins
 * the attributes for each addition, which would be most of what telemetry costs.
 */
export class Successes {
  readonly #counters: Counters;
  readonly #sums = new Map<Attributes, Sums>();

  constructor(counters: Counters) {
    this.#counters = counters;
  }

  /** @param attributes the same object for the same values, as a rule. */
  count(attributes: Attributes, tokens: TokenUsage | undefined): void {
    let sums = this.#sums.get(attributes);
    if (sums === undefined) {
      if (this.#sums.size === MOST) this.flush();
      sums = { attempts: 0, inputTokens: 0, outputTokens: 0 };
      this.#sums.set(attributes, sums);
    }
    sums.attempts += 1;
    sums.inputTokens += tokens?.inputTokens ?? 0;
    sums.outputTokens += tokens?.outputTokens ?? 0;
  }

  flush(): void {
    for (const [attributes, { attempts, inputTokens, outputTokens }] of this.#sums) {
      this.#counters.attempts.add(attempts, { ...attributes, 'balanced.outcome': 'success' });
      if (inputTokens > 0) this.#counters.inputTokens.add(inputTokens, attributes);
      if (outputTokens > 0) this.#counters.outputTokens.add(outputTokens, attributes);
    }
    this.#sums.clear();
  }
}
