import type { Endpoint } from '../endpoint/endpoint.ts';
import type { Budget } from '../gates/budget.ts';
import { CircuitBreaker } from '../gates/circuit-breaker.ts';
import { Concurrency } from '../gates/concurrency.ts';
import { CredentialsGate } from '../gates/credentials-gate.ts';
import { Drain } from '../gates/drain.ts';
import type { Gate } from '../gates/gate.ts';
import { OtherProcesses } from '../gates/other-processes.ts';
import type { RateLimit } from '../gates/rate-limit.ts';
import type { GateContext } from './gate-context.ts';
import type { Quota } from './quota.ts';
import { KeyWatch } from './key-watch.ts';

/** The gates of one deployment, its endpoint's included. */
export interface DeploymentGates {
  /** In the order in which they are told when several are closed. */
  readonly all: readonly Gate[];
  /** Without those of its endpoint. */
  readonly own: readonly Gate[];
  /** Those that a probe may open ahead of time. */
  readonly recovering: readonly Gate[];
  /** All others. */
  readonly binding: readonly Gate[];
  readonly drain: Drain;
  readonly endpointBreaker: CircuitBreaker;
  readonly breaker: CircuitBreaker;
  readonly rateLimit: RateLimit;
  /** Names what its rate limit and its own budgets are of. */
  readonly quotaKey: string;
  readonly concurrency: Concurrency;
  /** Only where processes share state. */
  readonly others: OtherProcesses | undefined;
  /** Its own, then those that it shares. */
  readonly budgets: readonly Budget[];
}

/** The gates that all deployments of an endpoint stand behind. Makes those of each deployment. */
export class EndpointGates {
  readonly drain: Drain;
  readonly breaker: CircuitBreaker;
  readonly #credentials: CredentialsGate;
  /** What all its deployments spend from. */
  readonly budgets: readonly Budget[];
  readonly #quota: Quota;
  readonly #endpoint: Endpoint;
  readonly #context: GateContext;
  /** Where the key is of a function, which may return another. */
  readonly #keyWatch: KeyWatch | undefined;

  constructor(endpoint: Endpoint, quota: Quota, context: GateContext) {
    const { revision } = context;
    this.#endpoint = endpoint;
    this.#context = context;
    this.#credentials = new CredentialsGate(endpoint);
    const keyFunction = endpoint.type.requests?.keyFunction;
    this.#keyWatch = keyFunction && new KeyWatch(keyFunction, context.clock);
    this.drain = new Drain(revision);
    this.breaker = this.#breaker('endpoint');
    this.#quota = quota;
    this.budgets = quota.budgets;
  }

  /** In the order in which they are told when several are closed. */
  get all(): readonly Gate[] {
    return [this.drain, this.#credentials, this.breaker, ...this.budgets];
  }

  /** Adding a gate takes its file and a line here. */
  of(modelId: string, name: string, kind: string): DeploymentGates {
    const endpoint = this.#endpoint;
    const limited = { endpoint: endpoint.name, deployment: name };
    const { key: quotaKey, budgets, rateLimit } = this.#quota.of(modelId, kind, limited);
    const breaker = this.#breaker('deployment', name);
    const { settings, revision } = this.#context;
    const concurrency = new Concurrency(endpoint.limitsOf(modelId).maxConcurrency, revision);
    const others = settings.state && new OtherProcesses(revision);
    const all: Gate[] = [this.drain, this.#credentials, this.breaker, breaker, rateLimit, concurrency, ...budgets];
    if (others !== undefined) all.push(others);
    return {
      all,
      own: all.filter((gate) => !this.all.includes(gate)),
      recovering: all.filter((gate) => gate.allowsEarlyProbe === true),
      binding: all.filter((gate) => gate.allowsEarlyProbe !== true),
      drain: this.drain,
      endpointBreaker: this.breaker,
      breaker,
      rateLimit,
      quotaKey,
      concurrency,
      others,
      budgets,
    };
  }

  /** Forgets what was learned of the endpoint as a whole. */
  reset(now: number): void {
    for (const gate of this.all) gate.reset?.(now);
  }

  #breaker(scope: 'endpoint' | 'deployment', deployment?: string): CircuitBreaker {
    const { events } = this.#context;
    const endpoint = this.#endpoint.name;
    const breaker: CircuitBreaker = new CircuitBreaker({
      ...this.#context,
      scope,
      onTrip: (cause, cooldownMs) => {
        this.#keyWatch?.tripped(breaker, cause);
        const told = { endpoint, deployment, class: cause.class, cooldownMs: Math.ceil(cooldownMs) };
        events.emit('cooldown', () => told);
      },
      onRecover: () => events.emit('recovered', () => ({ endpoint, deployment })),
    });
    return breaker;
  }
}
