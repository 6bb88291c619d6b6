import type { Attributes, Meter, MetricOptions } from '@opentelemetry/api';

import type { BalancedEvents } from '../events.ts';
import type { BalancedStatus } from '../status.ts';
import { errorTypeOf, outcomeOf } from './conventions.ts';
import { observeStatus } from './observe-status.ts';
import type { Series } from './series.ts';
import { Successes } from './successes.ts';

/** The conventions' for durations of clients. */
const SECONDS: MetricOptions = {
  unit: 's',
  advice: {
    explicitBucketBoundaries: [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92],
  },
};

/** The conventions' for numbers of tokens. */
const TOKENS: MetricOptions = {
  unit: '{token}',
  advice: {
    explicitBucketBoundaries: Array.from({ length: 14 }, (_, index) => 4 ** index),
  },
};

/** Operations that the conventions' metrics of inference are about. */
const INFERENCE: ReadonlySet<unknown> = new Set(['chat', 'text_completion', 'generate_content']);

/** The metrics of a provider. No attribute of theirs differs for each call. */
export class Instruments {
  readonly stop: () => void;
  readonly #attempts;
  readonly #failovers;
  readonly #cooldowns;
  readonly #duration;
  readonly #embeddingsDuration;
  readonly #otherDuration;
  readonly #embeddingsTokens;
  readonly #firstChunk;
  readonly #successes: Successes;

  constructor(meter: Meter, status: () => BalancedStatus) {
    this.#attempts = meter.createCounter('balanced.attempts', {
      unit: '{attempt}',
      description: 'Attempts that have ended.',
    });
    this.#failovers = meter.createCounter('balanced.failovers', {
      unit: '{failover}',
      description: 'Calls that went on to another deployment.',
    });
    this.#cooldowns = meter.createCounter('balanced.cooldowns', {
      unit: '{cooldown}',
      description: 'Deployments, or whole endpoints, that were taken out.',
    });
    this.#duration = meter.createHistogram('gen_ai.client.inference.duration', SECONDS);
    this.#embeddingsDuration = meter.createHistogram('gen_ai.client.embeddings.duration', SECONDS);
    this.#otherDuration = meter.createHistogram('gen_ai.client.operation.duration', SECONDS);
    this.#embeddingsTokens = meter.createHistogram('gen_ai.client.embeddings.operation.input_tokens', TOKENS);
    this.#firstChunk = meter.createHistogram('gen_ai.client.inference.time_to_first_chunk', SECONDS);
    this.#successes = new Successes({
      attempts: this.#attempts,
      inputTokens: meter.createCounter('gen_ai.client.inference.usage.input_tokens', { unit: '{token}' }),
      outputTokens: meter.createCounter('gen_ai.client.inference.usage.output_tokens', { unit: '{token}' }),
    });
    const stopObserving = observeStatus(meter, () => {
      this.#successes.flush();
      return status();
    });
    this.stop = () => {
      stopObserving();
      this.#successes.flush();
    };
  }

  attempt(event: BalancedEvents['attempt'], series: Series): void {
    const { attributes } = series;
    const outcome = outcomeOf(event);
    const told = outcome === 'failure' ? { ...attributes, 'error.type': errorTypeOf(event) } : attributes;
    const seconds = event.durationMs / 1_000;
    const operation = attributes['gen_ai.operation.name'];
    const isInference = INFERENCE.has(operation);
    if (isInference) this.#duration.record(seconds, told);
    else if (operation === 'embeddings') this.#embedding(event, told, seconds);
    else this.#otherDuration.record(seconds, told);
    if (outcome === 'success') this.#successes.count(series, isInference ? event.tokens : undefined);
    else this.#attempts.add(1, { ...told, 'balanced.outcome': outcome });
  }

  #embedding({ tokens }: BalancedEvents['attempt'], attributes: Attributes, seconds: number): void {
    this.#embeddingsDuration.record(seconds, attributes);
    if (tokens?.inputTokens !== undefined) this.#embeddingsTokens.record(tokens.inputTokens, attributes);
  }

  firstChunk(afterMs: number, { attributes }: Series): void {
    this.#firstChunk.record(afterMs / 1_000, attributes);
  }

  failover({ modelId, from, to, class: failure }: BalancedEvents['failover']): void {
    this.#failovers.add(1, {
      'gen_ai.request.model': modelId,
      'balanced.failover.from': from,
      'balanced.endpoint': to,
      'error.type': failure,
    });
  }

  cooldown({ endpoint, deployment, class: failure }: BalancedEvents['cooldown']): void {
    this.#cooldowns.add(1, {
      'balanced.endpoint': endpoint,
      ...(deployment !== undefined && { 'balanced.deployment': deployment }),
      'error.type': failure,
    });
  }
}
