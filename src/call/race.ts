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
  /** An attempt has been silent for so long. */
  readonly overdue: (silent: Attempt) => void;
  /** Another attempt beside one that is silent, if there may be one. Asked again and again while there may not. */
  readonly second: (silent: Attempt) => Runner<T> | undefined;
  /** An attempt failed. Returns the error that ends the call, if it does. */
  readonly fail: (attempt: Attempt, error: unknown) => { readonly error: unknown } | undefined;
  /** An attempt was still silent when another one answered, or when the call ended. */
  readonly lose: (attempt: Attempt, isBeaten: boolean) => void;
  /** Whether the call was ended from outside. */
  readonly isOver: () => boolean;
}

type Outcome<T> =
  | { readonly attempt: Attempt; readonly answer: T }
  | { readonly attempt: Attempt; readonly error: unknown }
  | 'time';

/** While nothing can be done about an attempt that is overdue, it is looked at so many times as often. */
const LOOKS = 4;

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
  const { clock, afterMs } = parts;
  const running = new Map<Attempt, Promise<Outcome<T>>>();
  const run = ({ attempt, answer }: Runner<T>): void => {
    const outcome = answer.then<Outcome<T>, Outcome<T>>(
      (value) => ({ attempt, answer: value }),
      (error: unknown) => ({ attempt, error }),
    );
    running.set(attempt, Promise.resolve(outcome));
  };
  run(first);
  const look = (attempt: Attempt): void => {
    // Timers may be early by a millisecond.
    if (clock.now() - attempt.startedAt < afterMs - 1) return;
    if (!attempt.isOverdue) parts.overdue(attempt);
    const second = parts.second(attempt);
    if (second !== undefined) run(second);
  };
  const loseAll = (isBeaten: boolean): void => {
    for (const attempt of running.keys()) {
      running.delete(attempt);
      parts.lose(attempt, isBeaten);
    }
  };
  const alarm = new Alarm(clock);
  let isBeaten = false;
  try {
    while (running.size > 0) {
      const [attempt, ...others] = running.keys();
      const isAlone = attempt !== undefined && others.length === 0;
      const time = isAlone && alarm.after(Math.max(attempt.startedAt + afterMs - clock.now(), afterMs / LOOKS));
      // One after the other: what happens next depends on what happened.
      const outcome = await Promise.race([...running.values(), ...(time === false ? [] : [time])]);
      if (outcome === 'time') {
        if (isAlone) look(attempt);
        continue;
      }
      running.delete(outcome.attempt);
      if ('answer' in outcome) {
        isBeaten = true;
        return outcome;
      }
      // The error of a call that was ended names everybody who was asked.
      if (parts.isOver()) loseAll(false);
      const fatal = parts.fail(outcome.attempt, outcome.error);
      if (fatal !== undefined) throw fatal.error;
    }
    return undefined;
  } finally {
    alarm.stop();
    loseAll(isBeaten);
  }
}

/** One timer, set anew for each wait. */
class Alarm {
  readonly #clock: Clock;
  #timer: TimerHandle | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  after(delayMs: number): Promise<'time'> {
    this.stop();
    return new Promise((resolve) => {
      this.#timer = this.#clock.setTimeout(() => resolve('time'), Math.ceil(delayMs));
    });
  }

  stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
  }
}
