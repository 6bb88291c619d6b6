import type { TimerHandle } from '../clock.ts';
import type { Lease } from '../deployment/lease.ts';
import { SHORTEST_SILENCE_MS } from '../ring/response-times.ts';
import type { Attempt } from './attempt.ts';
import { lose, supersede } from './attempt-end.ts';
import type { Call } from './call.ts';
import type { Candidates } from './candidates.ts';
import { type AttemptResult, type Question, type RunningAttempt, startAttempt } from './start-attempt.ts';

/** While nothing can be done about an attempt that is overdue, it is looked at so many times as often. */
const LOOKS = 4;

/** Asks a deployment, and where hedging is on a second one beside it when it is silent for too long. */
export function hedgedAttempt<T>(
  call: Call,
  candidates: Candidates,
  lease: Lease,
  question: Question<T>,
): Promise<AttemptResult<T>> {
  const first = startAttempt(call, lease, question);
  const afterMs = call.hedging && hedgeAfterMs(call);
  return afterMs === undefined ? first.result : race(call, candidates, first, { question, afterMs });
}

/** Milliseconds of silence after which a second deployment is asked; `undefined` while that is not known yet. */
function hedgeAfterMs({ ring, isStream, context }: Call): number | undefined {
  const { p95Ms } = ring.times(isStream);
  const usualMs = p95Ms === undefined ? undefined : Math.max(p95Ms, SHORTEST_SILENCE_MS);
  return context.settings.hedge?.afterMs ?? usualMs;
}

interface Hedge<T> {
  readonly question: Question<T>;
  readonly afterMs: number;
}

/** The first content wins. */
async function race<T>(
  call: Call,
  candidates: Candidates,
  first: RunningAttempt<T>,
  hedge: Hedge<T>,
): Promise<AttemptResult<T>> {
  const { afterMs } = hedge;
  const { clock } = call.context;
  const running = new Map<Attempt, Promise<AttemptResult<T>>>([[first.attempt, first.result]]);
  let timer: TimerHandle | undefined;
  const alarm = (delayMs: number): Promise<'time'> =>
    new Promise((resolve) => {
      timer = clock.setTimeLimit(() => resolve('time'), Math.ceil(delayMs));
    });
  let result: AttemptResult<T> | undefined;
  try {
    for (;;) {
      const [attempt, ...others] = running.keys();
      if (attempt === undefined) return result as AttemptResult<T>;
      const time = others.length === 0 ? [alarm(Math.max(afterMs - attempt.silentMs, afterMs / LOOKS))] : [];
      const happened = await Promise.race([...running.values(), ...time]);
      if (timer !== undefined) clock.clearTimeout(timer);
      if (happened === 'time') {
        const lease = await leaseOnSilence(call, candidates, attempt, afterMs);
        const second = lease && startHedge(call, lease, attempt, hedge);
        if (second !== undefined) running.set(second.attempt, second.result);
        continue;
      }
      result = happened;
      running.delete(happened.attempt);
      if ('answer' in happened || happened.verdict === 'give-up') return happened;
      // The loop counts the failure that is handed to it; of two, this is the one before.
      if (running.size > 0) candidates.failed(happened);
    }
  } finally {
    const isAnswered = result !== undefined && 'answer' in result;
    for (const attempt of running.keys()) (isAnswered ? lose : supersede)(attempt);
  }
}

/** An attempt is silent. Returns a lease for a second one beside it, if there may be one. */
function leaseOnSilence(
  call: Call,
  candidates: Candidates,
  silent: Attempt,
  afterMs: number,
): Lease | Promise<Lease | undefined> | undefined {
  const { hedging, now } = call;
  const { silentMs } = silent;
  // Timers may be early by a millisecond.
  if (silentMs < afterMs - 1) return undefined;
  if (!silent.isOverdue) {
    // It may be chance. Others are asked until more is known.
    silent.isOverdue = true;
    silent.deployment.latency.record(now, silentMs);
  }
  const isDown = silent.deployment.recovers(now) !== 'now' && !silent.lease.isProbe;
  if (!call.mayAskAgain) return undefined;
  if (isDown && candidates.hasOther(silent.deployment)) {
    // It has been found down meanwhile: little is to be hoped for from it. What replaces it is one more attempt, too.
    hedging?.take();
    silent.interrupt(silent.silence);
    return undefined;
  }
  if (hedging?.affords(silentMs / afterMs) !== true) return undefined;
  const lease = candidates.nextHedge(silent.deployment);
  const { shared } = call.context;
  if (lease === undefined || shared === undefined) return lease;
  return shared.admit(lease, candidates.tokens, () => silent.contentAt === undefined && !silent.isOver);
}

function startHedge<T>(call: Call, lease: Lease, silent: Attempt, { question }: Hedge<T>): RunningAttempt<T> {
  const { silentMs } = silent;
  call.hedging?.take();
  call.context.events.emit('hedge', () => ({
    ...call.label,
    from: silent.deployment.endpoint.name,
    to: lease.deployment.endpoint.name,
    silentMs: Math.round(silentMs),
  }));
  return startAttempt(call, lease, question, true);
}
