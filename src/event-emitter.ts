import type { BalancedEventName, BalancedEvents, BalancedListener } from './events.ts';

const NAMES: Readonly<Record<BalancedEventName, true>> = {
  callStart: true,
  waiting: true,
  attemptStart: true,
  content: true,
  attempt: true,
  failover: true,
  hedge: true,
  cooldown: true,
  recovered: true,
  rateLimited: true,
  excluded: true,
  exhausted: true,
  callEnd: true,
  stateLost: true,
  stateRestored: true,
  warning: true,
};

/** All names of events. */
// The keys of the table are its names.
export const EVENT_NAMES = Object.keys(NAMES) as readonly BalancedEventName[];

type AnyListener = (event: never) => void;

const NONE: readonly never[] = [];

/** Calls the listeners of a provider. */
export class EventEmitter {
  /** Lists that are never changed but replaced: a listener may register another while it is called. */
  readonly #listeners = new Map<BalancedEventName, readonly AnyListener[]>();

  /** @throws {TypeError} when there is no such event, or no listener. */
  on<Name extends BalancedEventName>(name: Name, listener: BalancedListener<Name>): () => void {
    if (!Object.hasOwn(NAMES, name)) {
      throw new TypeError(`There is no event "${name}". There are ${EVENT_NAMES.join(', ')}.`);
    }
    if (typeof listener !== 'function') throw new TypeError(`The listener of "${name}" must be a function.`);
    // A wrapper of its own for each registration: the same function may be registered twice.
    const registered = (event: BalancedEvents[Name]): void => listener(event);
    this.#listeners.set(name, [...this.#listenersOf(name), registered]);
    const stop = (): void => {
      const others = this.#listenersOf(name).filter((each) => each !== registered);
      this.#listeners.set(name, others);
    };
    return stop;
  }

  /** Takes a function, so that no event is built without a listener. */
  emit<Name extends BalancedEventName>(name: Name, event: () => BalancedEvents[Name]): void {
    const listeners = this.#listenersOf(name);
    if (listeners.length === 0) return;
    const built = event();
    Object.freeze(built);
    for (const listener of listeners) callSafely(listener as BalancedListener<Name>, built);
  }

  /**
   * Tells what is wrong with the settings: to the listeners, or without any to the console, as the AI SDK does with its warnings
   * (`logWarnings` in its `log-warnings.ts`, where `AI_SDK_LOG_WARNINGS = false` silences them too).
   */
  warn(warning: BalancedEvents['warning']): void {
    this.emit('warning', () => warning);
    const isHeard = this.#listenersOf('warning').length > 0;
    if (isHeard || (globalThis as { AI_SDK_LOG_WARNINGS?: unknown }).AI_SDK_LOG_WARNINGS === false) return;
    // oxlint-disable-next-line no-console -- nothing else would be seen of it
    console.warn(`ai-sdk-load-balancer: ${warning.message}`);
  }

  #listenersOf(name: BalancedEventName): readonly AnyListener[] {
    return this.#listeners.get(name) ?? NONE;
  }
}

function callSafely<Event>(listener: (event: Event) => unknown, event: Event): void {
  try {
    const returned = listener(event);
    // An async listener that rejects would otherwise end the process.
    if (returned instanceof Promise) returned.catch(() => undefined);
  } catch {
    // A listener is a guest here: its failure is not the call's.
  }
}
