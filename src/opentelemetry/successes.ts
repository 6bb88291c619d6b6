import type { Counter } from '@opentelemetry/api';

import type { TokenUsage } from '../events.ts';
import type { Series, SuccessSums } from './series.ts';

/** Series that wait for a collection of metrics, which may never come. */
const MOST = 1_000;

type Counters = Readonly<Record<keyof SuccessSums, Counter>>;

/**
 * Counts attempts that succeeded, and adds the sums to the counters when metrics are collected: an SDK sorts and joins
 * the attributes for each addition, which would be most of what telemetry costs.
 */
export class Successes {
  readonly #counters: Counters;
  #counted: Series[] = [];

  constructor(counters: Counters) {
    this.#counters = counters;
  }

  count(series: Series, tokens: TokenUsage | undefined): void {
    if (series.successes === undefined) {
      if (this.#counted.length === MOST) this.flush();
      this.#counted.push(series);
      series.successes = { attempts: 0, inputTokens: 0, outputTokens: 0 };
    }
    const sums = series.successes;
    sums.attempts += 1;
    sums.inputTokens += tokens?.inputTokens ?? 0;
    sums.outputTokens += tokens?.outputTokens ?? 0;
  }

  flush(): void {
    for (const series of this.#counted) this.#add(series);
    this.#counted = [];
  }

  #add(series: Series): void {
    const { attributes, successes } = series;
    if (successes === undefined) return;
    const { attempts, inputTokens, outputTokens } = successes;
    series.successes = undefined;
    this.#counters.attempts.add(attempts, { ...attributes, 'balanced.outcome': 'success' });
    if (inputTokens > 0) this.#counters.inputTokens.add(inputTokens, attributes);
    if (outputTokens > 0) this.#counters.outputTokens.add(outputTokens, attributes);
  }
}
