import type { AttemptRecord, FailureClass } from './failure/failure.ts';

/** Every event and what its listeners get. No event holds a key, header, prompt or answer. */
export interface BalancedEvents {
  /** An attempt has ended. */
  readonly attempt: AttemptRecord & {
    /** The model id that the caller asked for. */
    readonly modelId: string;
    /** 1 for the first attempt of the call. */
    readonly attempt: number;
  };
  /** A call goes on to another deployment. */
  readonly failover: {
    readonly modelId: string;
    /** Name of the endpoint that failed. */
    readonly from: string;
    /** Name of the endpoint that is asked next. */
    readonly to: string;
    /** How the one before failed. */
    readonly class: FailureClass;
  };
  /** A second deployment is asked beside one that is silent. */
  readonly hedge: {
    readonly modelId: string;
    /** Name of the endpoint that is silent. */
    readonly from: string;
    /** Name of the endpoint that is asked beside it. */
    readonly to: string;
    /** Milliseconds for which it has been silent. */
    readonly silentMs: number;
  };
  /** A deployment, or everything at an endpoint, was taken out. */
  readonly cooldown: {
    readonly endpoint: string;
    /** Name that the model has there; `undefined` when the whole endpoint was taken out. */
    readonly deployment: string | undefined;
    readonly class: FailureClass;
    /** Milliseconds until a probe may be sent. */
    readonly cooldownMs: number;
  };
  /** A probe succeeded, and ordinary traffic goes there again. */
  readonly recovered: {
    readonly endpoint: string;
    readonly deployment: string | undefined;
  };
  /** A deployment said that it takes no calls for a while. */
  readonly rateLimited: {
    readonly endpoint: string;
    readonly deployment: string;
    /** Milliseconds until it is asked again. */
    readonly retryAfterMs: number;
  };
  /** A call cannot go to an endpoint that others could: it wants something that this endpoint does not have. */
  readonly excluded: {
    readonly modelId: string;
    readonly endpoint: string;
    /** The tool, such as `openai.mcp`, or the file that it cannot be asked for. */
    readonly lacks: string;
  };
  /** A call has given up. */
  readonly exhausted: {
    readonly modelId: string;
    readonly attempts: readonly AttemptRecord[];
    readonly retryAfterMs: number | undefined;
  };
}

/** Name of an event. */
export type BalancedEventName = keyof BalancedEvents;
/** Gets each event of its name, synchronously. What it throws or rejects with is dropped: it breaks no call. */
export type BalancedListener<Name extends BalancedEventName> = (event: BalancedEvents[Name]) => void;

const NAMES: Readonly<Record<BalancedEventName, true>> = {
  attempt: true,
  failover: true,
  hedge: true,
  cooldown: true,
  recovered: true,
  rateLimited: true,
  excluded: true,
  exhausted: true,
};

/** Calls the listeners of a provider. */
export class EventEmitter {
  readonly #listeners = new Map<BalancedEventName, Set<(event: never) => void>>();

  /** @throws {TypeError} when there is no such event, or no listener. */
  on<Name extends BalancedEventName>(name: Name, listener: BalancedListener<Name>): () => void {
    if (!Object.hasOwn(NAMES, name)) {
      throw new TypeError(`There is no event "${name}". There are ${Object.keys(NAMES).join(', ')}.`);
    }
    if (typeof listener !== 'function') throw new TypeError(`The listener of "${name}" must be a function.`);
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners);
    // A wrapper of its own for each registration: the same function may be registered twice.
    const registered = (event: BalancedEvents[Name]): void => listener(event);
    listeners.add(registered);
    return () => void listeners.delete(registered);
  }

  /** Whether anybody listens to an event. */
  isHeard(name: BalancedEventName): boolean {
    return (this.#listeners.get(name)?.size ?? 0) > 0;
  }

  /** Takes a function, so that no event is built that nobody listens to. */
  emit<Name extends BalancedEventName>(name: Name, event: () => BalancedEvents[Name]): void {
    const listeners = this.#listeners.get(name);
    if (listeners === undefined || listeners.size === 0) return;
    const built = event();
    Object.freeze(built);
    for (const listener of listeners) callSafely(listener as BalancedListener<Name>, built);
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
