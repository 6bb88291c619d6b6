import type { Endpoint } from '../endpoint/endpoint.ts';
import type { Budget } from '../gates/budget.ts';
import { CircuitBreaker } from '../gates/circuit-breaker.ts';
import { Concurrency } from '../gates/concurrency.ts';
import { CredentialsGate } from '../gates/credentials-gate.ts';
import { Drain } from '../gates/drain.ts';
import type { Gate } from '../gates/gate.ts';
import { OtherProcesses } from '../gates/other-processes.ts';
import { KeyWatch } from './key-watch.ts';
import type { GateContext, Quota } from './quota.ts';

/** The gates of one deployment, its endpoint's included. */
export type DeploymentGates = ReturnType<EndpointGates['of']>;

/** The gates that all deployments of an endpoint stand behind. Makes those of each deployment. */
export class EndpointGates {
  readonly drain: Drain;
  readonly breaker: CircuitBreaker;
  /** What all its deployments spend from. */
  readonly budgets: readonly Budget[];
  readonly all: readonly Gate[];
  readonly #credentials: CredentialsGate;
  readonly #quota: Quota;
  readonly #endpoint: Endpoint;
  readonly #context: GateContext;
  /** Where the key is of a function, which may return another. */
  readonly #keyWatch: KeyWatch | undefined;

  constructor(endpoint: Endpoint, quota: Quota, context: GateContext) {
    this.#endpoint = endpoint;
    this.#context = context;
    this.#quota = quota;
    const keyFunction = endpoint.type.requests?.keyFunction;
    this.#keyWatch = keyFunction && new KeyWatch(keyFunction, context.clock);
    this.drain = new Drain(context.revision);
    this.breaker = this.#breaker('endpoint');
    this.budgets = quota.budgets;
    this.#credentials = new CredentialsGate(endpoint);
    this.all = [this.drain, this.#credentials, this.breaker, ...this.budgets];
  }

  /** Adding a gate takes its file and a line here. */
  of(modelId: string, name: string, kind: string) {
    const { settings, revision } = this.#context;
    const quota = this.#quota.of(modelId, kind, this.#endpoint.name, name);
    const { rateLimit, budgets } = quota;
    const breaker = this.#breaker('deployment', name);
    const concurrency = new Concurrency(this.#endpoint.limitsOf(modelId).maxConcurrency, revision);
    /** Only where processes share state. */
    const others = settings.state && new OtherProcesses(revision);
    const all: Gate[] = [this.drain, this.#credentials, this.breaker, breaker, rateLimit, concurrency, ...budgets];
    if (others !== undefined) all.push(others);
    return {
      ...quota,
      /** In the order in which they are told when several are closed. */
      all: all as readonly Gate[],
      /** Without those of its endpoint. */
      own: all.filter((gate) => !this.all.includes(gate)),
      /** Those that a probe may open ahead of time. */
      recovering: all.filter((gate) => gate.allowsEarlyProbe === true),
      /** All others. */
      binding: all.filter((gate) => gate.allowsEarlyProbe !== true),
      drain: this.drain,
      endpointBreaker: this.breaker,
      breaker,
      concurrency,
      others,
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
