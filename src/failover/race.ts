import type { Clock, TimerHandle } from '../clock.ts';
import type { Attempt } from './attempt.ts';

/** An attempt under way. */
export interface Runner<T> {
  readonly attempt: Attempt;
  readonly answer: PromiseLike<T>;
}

/** What a race asks of its call. */
export interface RaceParts<T> {
  readonly clock: Clock;
  /** Milliseconds of silence after which a second deployment is asked. */
  readonly afterMs: number;
  /** Another attempt beside one that is silent, if there may be one. */
  readonly second: (silent: Attempt) => Runner<T> | undefined;
  /** An attempt failed. Returns the error that ends the call, if it does. */
  readonly fail: (attempt: Attempt, error: unknown) => { readonly error: unknown } | undefined;
  /** An attempt was still silent when another one answered, or when the call ended. */
  readonly lose: (attempt: Attempt, isBeaten: boolean) => void;
}

type Outcome<T> =
  | { readonly attempt: Attempt; readonly answer: T }
  | { readonly attempt: Attempt; readonly error: unknown }
  | 'silence';

/**
 * Runs an attempt, and a second one beside it when it is silent for too long; the first content wins.
 *
 * @returns `undefined` when all have failed in a way that lets somebody else be asked.
 * @throws the error that ends the call.
 */
export async function race<T>(
  first: Runner<T>,
  parts: RaceParts<T>,
): Promise<{ attempt: Attempt; answer: T } | undefined> {
  const running = new Map<Attempt, Promise<Outcome<T>>>();
  const run = ({ attempt, answer }: Runner<T>): void => {
    const outcome = answer.then<Outcome<T>, Outcome<T>>(
      (value) => ({ attempt, answer: value }),
      (error: unknown) => ({ attempt, error }),
    );
    running.set(attempt, Promise.resolve(outcome));
  };
  run(first);
  const silence = new Silence(parts.clock, parts.afterMs);
  let isBeaten = false;
  try {
    while (running.size > 0) {
      // One after the other: what happens next depends on what happened.
      const outcome = await Promise.race([...running.values(), ...(running.size === 1 ? [silence.next()] : [])]);
      if (outcome === 'silence') {
        const [silent] = running.keys();
        const second = silent === undefined ? undefined : parts.second(silent);
        if (second !== undefined) run(second);
        continue;
      }
      running.delete(outcome.attempt);
      if ('answer' in outcome) {
        isBeaten = true;
        return outcome;
      }
      const fatal = parts.fail(outcome.attempt, outcome.error);
      if (fatal !== undefined) throw fatal.error;
    }
    return undefined;
  } finally {
    silence.stop();
    for (const attempt of running.keys()) parts.lose(attempt, isBeaten);
  }
}

/** Tells each time that a certain time has passed. */
class Silence {
  readonly #clock: Clock;
  readonly #afterMs: number;
  #timer: TimerHandle | undefined;
  #waiting: Promise<'silence'> | undefined;

  constructor(clock: Clock, afterMs: number) {
    this.#clock = clock;
    this.#afterMs = afterMs;
  }

  next(): Promise<'silence'> {
    this.#waiting ??= new Promise((resolve) => {
      this.#timer = this.#clock.setTimeout(() => {
        this.#waiting = undefined;
        resolve('silence');
      }, this.#afterMs);
    });
    return this.#waiting;
  }

  stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
  }
}
