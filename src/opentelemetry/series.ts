import type { Attributes } from '@opentelemetry/api';

import type { BalancedEvents } from '../events.ts';
import type { ModelKind } from '../sdk.ts';
import { attributesOf, operationOf } from './conventions.ts';

/** How many are kept: model ids may come from anywhere. */
const MOST = 1_000;

/** All attempts of one kind and model at one endpoint. */
export interface Series {
  /** Name of their spans. */
  readonly spanName: string;
  /** What the conventions ask for when a span begins, since samplers may go by it. An SDK checks each of these twice. */
  readonly conventional: Attributes;
  /** All that their spans and metrics have in common. */
  readonly attributes: Attributes;
  /** Those that succeeded and that no counter has yet. */
  successes: SuccessSums | undefined;
}

/** Sums of attempts that succeeded. */
export interface SuccessSums {
  attempts: number;
  inputTokens: number;
  outputTokens: number;
}

type AttemptStart = BalancedEvents['attemptStart'];

/** Finds the series of an attempt. By three maps, since one key put together of all would be a new text for each attempt. */
export class SeriesCache {
  readonly #kinds = new Map<ModelKind, Map<string, Map<string, Series>>>();
  #size = 0;

  find(event: AttemptStart, kind: ModelKind): Series {
    const { modelId, endpoint, deployment } = event;
    const known = this.#kinds.get(kind)?.get(modelId)?.get(endpoint);
    // What is in flight keeps the series that it has.
    if (known !== undefined) return known;
    if (this.#size === MOST) {
      this.#kinds.clear();
      this.#size = 0;
    }
    this.#size += 1;
    const conventional = attributesOf(event, kind);
    const series: Series = {
      spanName: `${operationOf(kind)} ${modelId}`,
      conventional,
      attributes: { ...conventional, 'balanced.endpoint': endpoint, 'balanced.deployment': deployment },
      successes: undefined,
    };
    const models = inside(this.#kinds, kind);
    inside(models, modelId).set(endpoint, series);
    return series;
  }
}

function inside<Key, Inner, Value>(map: Map<Key, Map<Inner, Value>>, key: Key): Map<Inner, Value> {
  const inner = map.get(key) ?? new Map<Inner, Value>();
  map.set(key, inner);
  return inner;
}
