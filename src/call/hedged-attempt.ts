import type { Clock, TimerHandle } from '../clock.ts';
import type { Lease } from '../deployment/lease.ts';
import type { Attempt } from './attempt.ts';
import { lose, supersede } from './attempt-end.ts';
import type { Call } from './call.ts';
import type { Candidates } from './candidates.ts';
import { hedgeAfterMs, silenceOf } from './hedge-delay.ts';
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
  const afterMs = call.hedging && hedgeAfterMs(call.context.settings.hedge, call.ring.times(call.isStream).p95Ms);
  return afterMs === undefined ? first.result : race(call, candidates, first, { question, afterMs });
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
  const running = new Map<Attempt, Promise<AttemptResult<T>>>([[first.attempt, first.result]]);
  const alarm = new Alarm(call.context.clock);
  let result: AttemptResult<T> | undefined;
  try {
    for (;;) {
      const [attempt, ...others] = running.keys();
      if (attempt === undefined) return result as AttemptResult<T>;
      const isAlone = others.length === 0;
      const silentMs = call.now - attempt.startedAt;
      const time = isAlone ? [alarm.after(Math.max(afterMs - silentMs, afterMs / LOOKS))] : [];
      const happened = await Promise.race([...running.values(), ...time]);
      if (happened === 'time') {
        const lease = await leaseOnSilence(call, candidates, attempt, hedge);
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
    alarm.stop();
    const isAnswered = result !== undefined && 'answer' in result;
    for (const attempt of running.keys()) (isAnswered ? lose : supersede)(attempt);
  }
}

/** An attempt is silent. Returns a lease for a second one beside it, if there may be one. */
function onSilence<T>(call: Call, candidates: Candidates, silent: Attempt, { afterMs }: Hedge<T>): Lease | undefined {
  const { hedging, now } = call;
  const silentMs = now - silent.startedAt;
  // Timers may be early by a millisecond.
  if (silentMs < afterMs - 1) return undefined;
  if (!silent.isOverdue) tellOverdue(call, silent);
  const isDown = silent.deployment.recovers(now) !== 'now' && !silent.lease.isProbe;
  if (!call.mayAskAgain) return undefined;
  if (isDown && candidates.hasOther(silent.deployment)) {
    // It has been found down meanwhile: little is to be hoped for from it. What replaces it is one more attempt, too.
    hedging?.take();
    silent.interrupt(silenceOf(silent, silentMs));
    return undefined;
  }
  if (hedging?.affords(silentMs / afterMs) !== true) return undefined;
  return candidates.nextHedge(silent.deployment);
}

/** The same, where processes share state after all of them have agreed. Meanwhile the silent one may have said something. */
async function leaseOnSilence<T>(
  call: Call,
  candidates: Candidates,
  silent: Attempt,
  hedge: Hedge<T>,
): Promise<Lease | undefined> {
  const lease = onSilence(call, candidates, silent, hedge);
  const { shared } = call.context;
  if (lease === undefined || shared === undefined) return lease;
  const admitted = await shared.admit(lease, candidates.tokens);
  if (admitted === undefined) return undefined;
  if (silent.contentAt === undefined && !silent.isOver) return admitted;
  shared.giveBack(admitted);
  return undefined;
}

function startHedge<T>(call: Call, lease: Lease, silent: Attempt, { question }: Hedge<T>): RunningAttempt<T> {
  const silentMs = call.now - silent.startedAt;
  call.hedging?.take();
  call.context.events.emit('hedge', () => ({
    ...call.label,
    from: silent.deployment.endpoint.name,
    to: lease.deployment.endpoint.name,
    silentMs: Math.round(silentMs),
  }));
  return startAttempt(call, lease, question, true);
}

/** It has been silent for longer than nearly all answers take, which may be chance. Told once. */
function tellOverdue({ now }: Call, silent: Attempt): void {
  const { deployment, startedAt } = silent;
  silent.isOverdue = true;
  // So that others are asked until more is known.
  deployment.latency.record(now, now - startedAt);
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
      this.#timer = this.#clock.setTimeLimit(() => resolve('time'), Math.ceil(delayMs));
    });
  }

  stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
  }
}
