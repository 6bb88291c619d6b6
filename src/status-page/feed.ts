import type { StatusSnapshot } from './snapshot.ts';

/** How often it is looked whether anything has changed, while there are readers. */
const EVERY_MS = 1_000;
/** After so many looks without a change something is sent all the same, or proxies take the connection for dead. */
const QUIET_LOOKS = 15;

/** A reader that has asked for the next event. */
interface Waiter {
  /** What it was told last. */
  readonly seen: string;
  looks: number;
  readonly resolve: (news: News) => void;
}

interface News {
  readonly event: string;
  readonly seen: string;
}

/**
 * Server-sent events of a provider's snapshots: one at once, then one whenever something has changed. One look serves all readers, and
 * there is none without readers. A slow reader gets the newest only: what is next is decided when it asks.
 */
export class StatusFeed {
  readonly #take: () => StatusSnapshot;
  readonly #waiters = new Set<Waiter>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(take: () => StatusSnapshot) {
    this.#take = take;
  }

  /** @param signal ends the stream, where the server tells that its reader has left. */
  open(signal: AbortSignal): ReadableStream<Uint8Array> {
    const encoder = new TextEncoder();
    let seen: string | undefined;
    let waiter: Waiter | undefined;
    let end: () => void;
    const leave = (): void => {
      signal.removeEventListener('abort', end);
      if (waiter !== undefined) this.#waiters.delete(waiter);
      if (this.#waiters.size === 0) this.#stop();
    };
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          end = () => {
            leave();
            controller.close();
          };
          if (signal.aborted) end();
          else signal.addEventListener('abort', end);
        },
        pull: async (controller) => {
          const known = seen;
          const news =
            known === undefined
              ? newsOf(this.#take())
              : await new Promise<News>((resolve) => {
                  waiter = { seen: known, looks: 0, resolve };
                  this.#wait(waiter);
                });
          ({ seen } = news);
          controller.enqueue(encoder.encode(news.event));
        },
        cancel: leave,
      },
      { highWaterMark: 0 },
    );
  }

  #wait(waiter: Waiter): void {
    this.#waiters.add(waiter);
    this.#timer ??= setTimeout(() => this.#look(), EVERY_MS);
  }

  #look(): void {
    this.#timer = undefined;
    const news = newsOf(this.#take());
    for (const waiter of this.#waiters) {
      waiter.looks += 1;
      const isNew = waiter.seen !== news.seen;
      if (!isNew && waiter.looks < QUIET_LOOKS) continue;
      this.#waiters.delete(waiter);
      waiter.resolve(isNew ? news : { event: ': nothing new\n\n', seen: waiter.seen });
    }
    if (this.#waiters.size > 0) this.#timer ??= setTimeout(() => this.#look(), EVERY_MS);
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

/** Counts down to an end that is told as `until` too. */
const COUNTDOWN = /"(?:cooldownMs|rateLimitedMs)":\d+/g;

/** That time passes is no news. */
function newsOf({ at, ...snapshot }: StatusSnapshot): News {
  const text = JSON.stringify(snapshot);
  return { event: `data: {"at":${at},${text.slice(1)}\n\n`, seen: text.replaceAll(COUNTDOWN, '') };
}
