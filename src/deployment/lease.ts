import type { Pass } from '../gates/gate.ts';
import type { Outcome } from '../gates/outcome.ts';
import { type StatedLimits, statedLimits } from '../limits/stated-limits.ts';
import type { Deployment } from './deployment.ts';

const NONE: Outcome = { type: 'none' };

/** One attempt's hold on a deployment: a pass of each of its gates. It is settled once; settling it again does nothing. */
export class Lease {
  readonly deployment: Deployment;
  /** When it began, in milliseconds on the core's clock. */
  readonly startedAt: number;
  readonly #passes: readonly Pass[];
  #isHeld = true;
  #hasContent = false;

  /** @param tokens that the attempt is expected to use; counts only where tokens are limited. */
  constructor(deployment: Deployment, now: number, tokens: number) {
    this.deployment = deployment;
    this.startedAt = now;
    const passes: Pass[] = [];
    for (const gate of deployment.gates.all) {
      const pass = gate.enter(now, tokens);
      if (pass !== undefined) passes.push(pass);
    }
    this.#passes = passes;
  }

  /** Whether it was sent to find out whether its deployment, or its endpoint, works again. */
  get isProbe(): boolean {
    return this.#passes.some((pass) => pass.isProbe === true);
  }

  /** The service has answered: learns the limits that it states, and returns them. */
  learnLimits(headers: unknown, now: number): StatedLimits | undefined {
    const stated = statedLimits(headers, Date.now() - (now - this.startedAt));
    if (stated !== undefined) for (const pass of this.#passes) pass.learnLimits?.(stated, now);
    return stated;
  }

  /** The first content is there. The end of a stream is no second one. */
  content(): void {
    if (!this.#isHeld || this.#hasContent) return;
    this.#hasContent = true;
    for (const pass of this.#passes) pass.content?.();
  }

  /** It is silent for so long that, if it is a probe, it has failed as one. */
  hang(): void {
    for (const pass of this.#passes) pass.hang?.();
  }

  settle(outcome: Outcome, now: number): void {
    if (outcome.type === 'success') this.content();
    if (!this.#isHeld) return;
    this.#isHeld = false;
    for (const pass of this.#passes) pass.settle(outcome, now);
  }

  /** How it ends when another attempt of the call was quicker, and this one had given nothing yet. */
  get lost(): Outcome {
    if (!this.isProbe) return NONE;
    // The probe has found out that the others are better. What was probed is what failed.
    const { endpointBreaker } = this.deployment.gates;
    return {
      type: 'failure',
      failure: { class: 'retryable', scope: endpointBreaker.state === 'half-open' ? 'endpoint' : 'deployment' },
    };
  }
}
