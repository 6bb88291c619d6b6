import type { BalancedProviderMembers } from '../create-balanced-provider.ts';
import type { AttemptRecord } from '../failure/failure.ts';

/** Minutes that are looked back at. */
export const MINUTES = 10;
const MINUTE_MS = 60_000;

/** Times to the first content, and failures, that are kept of each endpoint. */
const MOST_TIMES = 100;
const MOST_FAILURES = 3;

/** A failed attempt. */
export interface PastFailure extends Pick<AttemptRecord, 'deployment' | 'class' | 'statusCode' | 'code'> {
  /** When, in epoch milliseconds. */
  readonly at: number;
}

/** What went to an endpoint over the last minutes, as far as it has ended. */
export interface Traffic {
  /** Attempts in each of the last ten minutes, the oldest first. */
  readonly attempts: readonly number[];
  /** Part of all attempts in each of these minutes; 0 where there were none. */
  readonly shares: readonly number[];
  /** Part of the attempts that succeeded, from 0 to 1; absent where none has succeeded or failed. */
  readonly successRate?: number;
  /** Milliseconds to the first content, of the last hundred attempts; absent where there were none. */
  readonly firstContentP50Ms?: number;
  readonly firstContentP95Ms?: number;
  /** The last failures, the newest first. */
  readonly failures: readonly PastFailure[];
}

interface Minute {
  /** Minutes since the epoch. */
  readonly minute: number;
  attempts: number;
  successes: number;
  failures: number;
}

interface Memory {
  readonly minutes: Minute[];
  readonly times: { readonly at: number; readonly afterMs: number }[];
  readonly failures: PastFailure[];
}

/** Listens to a provider for as long as it lives. Returns what is remembered of an endpoint. */
export function recordHistory(balanced: Pick<BalancedProviderMembers, 'on'>): (endpoint: string) => Traffic {
  const memories = new Map<string, Memory>();
  const all: Minute[] = [];
  const memoryOf = (endpoint: string): Memory => {
    const memory = memories.get(endpoint) ?? { minutes: [], times: [], failures: [] };
    memories.set(endpoint, memory);
    return memory;
  };
  balanced.on('content', ({ endpoint, afterMs }) => {
    const { times } = memoryOf(endpoint);
    times.push({ at: Date.now(), afterMs });
    if (times.length > MOST_TIMES) times.shift();
  });
  balanced.on('attempt', ({ endpoint, deployment, class: ended, statusCode, code }) => {
    const at = Date.now();
    const { minutes, failures } = memoryOf(endpoint);
    const number = Math.floor(at / MINUTE_MS);
    const minute = currentMinute(minutes, number);
    minute.attempts += 1;
    currentMinute(all, number).attempts += 1;
    if (ended === 'success') minute.successes += 1;
    else if (ended !== 'aborted') {
      minute.failures += 1;
      failures.unshift({ at, deployment, class: ended, statusCode, code });
      failures.length = Math.min(failures.length, MOST_FAILURES);
    }
  });
  return (endpoint) => trafficOf(memoryOf(endpoint), all);
}

function currentMinute(minutes: Minute[], minute: number): Minute {
  const last = minutes.at(-1);
  if (last?.minute === minute) return last;
  const next = { minute, attempts: 0, successes: 0, failures: 0 };
  minutes.push(next);
  if (minutes.length > MINUTES) minutes.shift();
  return next;
}

function trafficOf(memory: Memory, all: readonly Minute[]): Traffic {
  const now = Date.now();
  const first = Math.floor(now / MINUTE_MS) - MINUTES + 1;
  const attemptsOf = (minutes: readonly Minute[], number: number): number =>
    minutes.find(({ minute }) => minute === number)?.attempts ?? 0;
  const span = Array.from({ length: MINUTES }, (_, index) => first + index);
  const attempts = span.map((number) => attemptsOf(memory.minutes, number));
  const shares = span.map((number, index) => (attempts[index] ?? 0) / (attemptsOf(all, number) || 1));
  const recent = memory.minutes.filter(({ minute }) => minute >= first);
  const successes = recent.reduce((sum, minute) => sum + minute.successes, 0);
  const ended = successes + recent.reduce((sum, minute) => sum + minute.failures, 0);
  const times = memory.times
    .filter(({ at }) => at > now - MINUTES * MINUTE_MS)
    .map(({ afterMs }) => afterMs)
    .toSorted((a, b) => a - b);
  const [p50, p95] = [0.5, 0.95].map((part) => times[Math.ceil(times.length * part) - 1]);
  return {
    attempts,
    shares,
    failures: [...memory.failures],
    ...(ended > 0 && { successRate: successes / ended }),
    ...(p50 !== undefined && { firstContentP50Ms: p50 }),
    ...(p95 !== undefined && { firstContentP95Ms: p95 }),
  };
}
