import type { Clock, TimerHandle } from '../clock.ts';
import type { EventEmitter } from '../event-emitter.ts';
import type { SharedState } from '../shared-state.ts';

/** Milliseconds between looks at a state that was lost. Clients of a cluster do not say when a part of it is back. */
const LOOK_MS = 1_000;

/**
 * Parts in which a time limit is counted, each by a timer of its own. A busy process finds its timers due before it reads what has
 * come, and may not even have sent the question: however long its event loop was blocked, that is one part, and not the state's.
 */
const PARTS = 5;

/** What a link is made with. */
export interface StateLinkOptions {
  readonly state: SharedState;
  readonly clock: Clock;
  readonly events: EventEmitter;
  /** Asks something that has to be written. */
  readonly look: () => Promise<unknown>;
  /** Hears of each loss and of each return. */
  readonly onChange: (isApart: boolean) => void;
}

/** Asks the state that processes share, never for longer than its time limit, and not at all while it does not answer. */
export class StateLink {
  readonly #options: StateLinkOptions;
  #lostAt: number | undefined;
  #timer: TimerHandle | undefined;

  constructor(options: StateLinkOptions) {
    this.#options = options;
    options.state.onReady(() => this.#look());
  }

  /** Whether the process goes on without the state. */
  get isApart(): boolean {
    return this.#lostAt !== undefined;
  }

  /**
   * Asks. The answer is `undefined` when there is none in time, or the process is apart.
   *
   * @param onLate hears an answer that comes after that.
   */
  ask<T>(question: () => Promise<T>, onLate?: (answer: T) => void): Promise<T | undefined> {
    if (this.isApart) return Promise.resolve(undefined);
    if (!this.#options.state.isReady()) {
      this.#lose('down');
      return Promise.resolve(undefined);
    }
    return this.#inTime(question, (reason) => this.#lose(reason), onLate);
  }

  #inTime<T>(
    question: () => Promise<T>,
    onFailure: (reason: string) => void,
    onLate?: (answer: T) => void,
  ): Promise<T | undefined> {
    const { clock, state } = this.#options;
    return new Promise((resolve) => {
      let parts = PARTS;
      let timer: TimerHandle | undefined;
      const end = (answer: T | undefined): void => {
        parts = 0;
        if (timer !== undefined) clock.clearTimeout(timer);
        resolve(answer);
      };
      const count = (): void => {
        timer = clock.setTimeout(() => {
          parts -= 1;
          if (parts > 0) return count();
          onFailure('slow');
          end(undefined);
        }, state.timeoutMs / PARTS);
      };
      count();
      question().then(
        (answer) => (parts > 0 ? end(answer) : onLate?.(answer)),
        (error: unknown) => {
          onFailure(reasonOf(error));
          if (parts > 0) end(undefined);
        },
      );
    });
  }

  #lose(reason: string): void {
    if (this.isApart) return;
    const { clock, events, onChange } = this.#options;
    this.#lostAt = clock.now();
    this.#lookLater();
    onChange(true);
    events.emit('stateLost', () => ({ reason }));
  }

  #lookLater(): void {
    const { clock } = this.#options;
    if (this.#timer !== undefined) clock.clearTimeout(this.#timer);
    // Keeps no process alive that only waits for the state.
    this.#timer = clock.setTimeLimit(() => this.#look(), LOOK_MS);
  }

  /** In the background: no call waits for it. A state that answers too late for calls is not back. */
  #look(): void {
    if (!this.isApart) return;
    this.#lookLater();
    const { state, look } = this.#options;
    if (!state.isReady()) return;
    void this.#inTime(look, () => undefined).then((answer) => answer !== undefined && this.#restore());
  }

  #restore(): void {
    if (this.#lostAt === undefined) return;
    const { clock, events, onChange } = this.#options;
    if (this.#timer !== undefined) clock.clearTimeout(this.#timer);
    const apartMs = Math.round(clock.now() - this.#lostAt);
    this.#lostAt = undefined;
    onChange(false);
    events.emit('stateRestored', () => ({ apartMs }));
  }
}

/** The server's own word for it, of which the clients put other text around. The rest may tell addresses. */
const reasonOf = (error: unknown): string =>
  /\b(READONLY|OOM|LOADING|MASTERDOWN|CLUSTERDOWN|NOAUTH|NOPERM|MISCONF|BUSY)\b/.exec(String(error))?.[1] ?? 'failed';
