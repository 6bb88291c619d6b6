import type { Clock } from '../clock.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { noSuchModel } from '../errors/no-such-model.ts';
import type { EventEmitter } from '../events.ts';
import { Revision } from '../gates/revision.ts';
import { CircuitBreaker } from '../gates/circuit-breaker.ts';
import type { HealthObserver } from '../deployment/lease.ts';
import { Budget } from '../gates/budget.ts';
import { RateLimit } from '../gates/rate-limit.ts';
import type { ModelKind } from '../sdk.ts';
import { LruMap } from '../lru-map.ts';
import type { EndpointLimits, ResolvedSettings } from '../settings/resolve-settings.ts';
import { createPicker } from '../pickers/create-picker.ts';
import { Deployment } from '../deployment/deployment.ts';
import { targetsOf } from '../deployment/target.ts';
import { Ring } from './ring.ts';
import { WaitingLines } from '../queue/waiting-lines.ts';

/** Kinds that share their deployments: a model has one quota, whichever API it is called by. */
const familyOf = (kind: ModelKind): string =>
  kind === 'chat' || kind === 'responses' || kind === 'completion' ? 'language' : kind;

/** Models that are remembered, with their health, at each endpoint. */
const MOST_MODELS = 1_000;

/** While everybody is cooling down, somebody is looked at so much more often than a first cooldown lasts. */
const EARLY_PROBE_PART = 1 / 5;
/** And at least so often, however long cooldowns are: nobody is locked out for ten minutes. */
const LONGEST_EARLY_PROBE_MS = 1_000;

/** What a fleet is made of. */
export interface FleetParts {
  readonly settings: ResolvedSettings;
  readonly endpoints: readonly Endpoint[];
  readonly clock: Clock;
  readonly events: EventEmitter;
}

/** All deployments that have been called for, and the rings that they form. */
export class Fleet {
  readonly #parts: FleetParts;
  readonly #changes = new Revision();
  readonly #lines: WaitingLines;
  readonly #endpointBreakers: ReadonlyMap<Endpoint, CircuitBreaker>;
  readonly #deployments = new Map<Endpoint, LruMap<string, Deployment>>();
  readonly #rings = new LruMap<string, Ring>(MOST_MODELS);
  /** Limits of whole endpoints. */
  readonly #sharedBudgets: ReadonlyMap<Endpoint, readonly Budget[]>;

  constructor(parts: FleetParts) {
    this.#parts = parts;
    this.#lines = new WaitingLines(parts.clock, this.#changes);
    this.#sharedBudgets = new Map(
      parts.endpoints.map((endpoint) => [
        endpoint,
        this.#budgets(endpoint, endpoint.limits, true).filter(({ isLimited }) => isLimited),
      ]),
    );
    this.#endpointBreakers = new Map(parts.endpoints.map((endpoint) => [endpoint, this.#breaker()]));
  }

  /** The breaker of what an endpoint's deployments have in common. */
  breakerOf(endpoint: Endpoint): CircuitBreaker {
    return this.#endpointBreakers.get(endpoint) ?? this.#breaker();
  }

  /** An endpoint's deployments that have been called for. */
  deploymentsOf(endpoint: Endpoint): readonly Deployment[] {
    return [...(this.#deployments.get(endpoint)?.values() ?? [])];
  }

  /**
   * The ring of a model id.
   *
   * @throws NoSuchModelError when no endpoint has such a model, or one was asked for an API that it cannot serve.
   */
  ring(kind: ModelKind, modelId: string): Ring {
    const key = `${kind}\n${modelId}`;
    const known = this.#rings.get(key);
    if (known !== undefined) return known;
    const serving = this.#servingEndpoints(kind, modelId);
    const ring = new Ring({
      modelId,
      kind,
      deployments: serving.map((endpoint) => this.#deployment(endpoint, kind, modelId)),
      picker: createPicker(this.#parts.settings.picker, this.#parts.clock),
      changes: this.#changes,
      lines: this.#lines,
      maxWaiting: this.#parts.settings.maxWaiting,
      earlyProbeMs: Math.min(this.#parts.settings.cooldown.initialMs * EARLY_PROBE_PART, LONGEST_EARLY_PROBE_MS),
    });
    this.#rings.set(key, ring);
    return ring;
  }

  #servingEndpoints(kind: ModelKind, modelId: string): readonly Endpoint[] {
    const { endpoints } = this.#parts;
    const answers = endpoints.map((endpoint) => ({ endpoint, ...answerOf(endpoint, kind, modelId) }));
    const serving = answers.filter(({ refusal }) => refusal === undefined);
    if (serving.length === 0 || answers.some(({ isFatal }) => isFatal)) {
      const asked = answers.flatMap(({ endpoint, refusal }) =>
        refusal === undefined ? [] : `${endpoint.name} (${refusal})`,
      );
      throw noSuchModel({ modelId, kind, asked });
    }
    return serving.map(({ endpoint }) => endpoint);
  }

  #deployment(endpoint: Endpoint, kind: ModelKind, modelId: string): Deployment {
    const name = endpoint.type.nameOf(modelId);
    const ofEndpoint = this.#deployments.get(endpoint) ?? new LruMap<string, Deployment>(MOST_MODELS);
    this.#deployments.set(endpoint, ofEndpoint);
    const key = `${familyOf(kind)}\n${name}`;
    const deployment =
      ofEndpoint.get(key) ??
      new Deployment({
        endpoint,
        name,
        kind: familyOf(kind),
        target: targetsOf(endpoint, modelId),
        breaker: this.#breaker(),
        endpointBreaker: this.breakerOf(endpoint),
        rateLimit: new RateLimit(this.#parts.clock, this.#changes, this.#parts.settings.maxRateLimitMs),
        budgets: [
          ...this.#budgets(endpoint, endpoint.limitsOf(modelId), false),
          ...(this.#sharedBudgets.get(endpoint) ?? []),
        ],
        maxConcurrency: endpoint.limitsOf(modelId).maxConcurrency,
        observer: observer(this.#parts.events, endpoint.name, name),
        changes: this.#changes,
      });
    ofEndpoint.set(key, deployment);
    return deployment;
  }

  #budgets({ type }: Endpoint, { rpm, tpm }: EndpointLimits, isShared: boolean): readonly [Budget, Budget] {
    const of = { metering: type.metering, isShared, revision: this.#changes, now: this.#parts.clock.now() };
    return [
      new Budget({ ...of, unit: 'requests', perMinute: rpm }),
      new Budget({ ...of, unit: 'tokens', perMinute: tpm }),
    ];
  }

  #breaker(): CircuitBreaker {
    return new CircuitBreaker(this.#parts.settings, this.#parts.clock, this.#changes);
  }
}

/** Whether an endpoint serves a model. An API that it cannot serve at all is an error of the settings, not one less to ask. */
function answerOf(endpoint: Endpoint, kind: ModelKind, modelId: string): { refusal?: string; isFatal?: boolean } {
  const refusal = endpoint.refuses(modelId);
  if (refusal !== undefined) return { refusal };
  const inability = endpoint.type.cannotServe(kind);
  if (inability !== undefined) return { refusal: inability, isFatal: true };
  const lack = endpoint.lacks(kind, modelId);
  return lack === undefined ? {} : { refusal: lack };
}

/** Makes events of changes of health. */
function observer(events: EventEmitter, endpoint: string, deployment: string): HealthObserver {
  const whose = (scope: 'deployment' | 'endpoint'): string | undefined =>
    scope === 'deployment' ? deployment : undefined;
  return {
    cooledDown: (scope, failure, cooldownMs) =>
      events.emit('cooldown', () => ({
        endpoint,
        deployment: whose(scope),
        class: failure.class,
        cooldownMs: Math.ceil(cooldownMs),
      })),
    recovered: (scope) => events.emit('recovered', () => ({ endpoint, deployment: whose(scope) })),
    rateLimited: (retryAfterMs) =>
      events.emit('rateLimited', () => ({ endpoint, deployment, retryAfterMs: Math.ceil(retryAfterMs) })),
  };
}
