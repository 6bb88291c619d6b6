import type { TokenUsage } from '../events.ts';
import { AttemptTimeoutError } from '../errors/attempt-timeout-error.ts';
import { finishReasonName } from '../failure/failed-answer.ts';
import { headerOf, property } from '../foreign.ts';
import { failureHeaders } from '../failure/failure-facts.ts';
import type { AttemptRecord, Failure } from '../failure/failure.ts';
import { withoutBulk } from '../failure/without-bulk.ts';
import type { Outcome } from '../gates/outcome.ts';
import { SHORTEST_SILENCE_MS } from '../ring/response-times.ts';
import { readUsage } from '../ring/usage.ts';
import type { Attempt } from './attempt.ts';
import type { CancelledBy } from './cancellation.ts';
import { type CallSize, rejectedSize } from './call-size.ts';
import { isDoubted, judge } from './judge.ts';
import type { Verdict } from './route.ts';

/** An attempt that has failed, and what that means for its call. */
export interface AttemptFailure {
  readonly attempt: Attempt;
  readonly error: unknown;
  readonly failure: Failure;
  readonly verdict: Verdict;
  /** Whether this call is not to be sent there again: the service asked for that, or can never take so large a one. */
  readonly isFinal: boolean;
}

/** So many times as long as nearly all answers take is "far longer". */
const FAR_LONGER = 4;

const NOTHING: Outcome = { type: 'none' };
const DOWN: Outcome = { type: 'failure', failure: { class: 'retryable' } };

/** What an answer, or the last part of a stream, says of itself. */
interface AnswerFigures {
  readonly usage?: unknown;
  readonly finishReason?: unknown;
  readonly [field: string]: unknown;
}

/** The attempt has brought all that was asked for. Returns what was used. */
export function succeed(attempt: Attempt, { usage, finishReason }: AnswerFigures): TokenUsage {
  const { ring } = attempt.call;
  const used = readUsage(usage);
  end(attempt, {
    as: { class: 'success' },
    outcome: { type: 'success', tokens: used.totalTokens },
    usage: used,
    finishReason,
  });
  ring.tokens.learn(used);
  return used;
}

/** The attempt failed, or the call was ended while it was under way. */
export function fail(attempt: Attempt, error: unknown): AttemptFailure {
  const { call, deployment, lease, startedAt } = attempt;
  const { cancellation, now } = call;
  attempt.drop(error);
  if (cancellation.end !== undefined) return cancel(attempt, cancellation.end, error);
  const judgement = judge(attempt, error);
  const { failure } = judgement;
  // Failures count as slow, or the quickest to fail would look like the fastest.
  if (failure.class === 'retryable') {
    deployment.latency.record(now, 2 * Math.max(attempt.silentMs, deployment.latency.at(now)));
  }
  const headers = failureHeaders(error);
  const stated = lease.learnLimits(headers, now);
  call.context.shared?.learn(lease, stated);
  let size: CallSize | undefined;
  if (failure.class === 'rate-limited') {
    if (stated !== undefined) call.ring.sharedQuotas.rejected(deployment, startedAt, stated, failure.retryAfterMs);
    size = rejectedSize(call, error);
  }
  const isNothing = isReaders(attempt, error) || saysNothingOfOthers(attempt, size);
  const { doubted } = call.lastFailure ?? {};
  const isNowDoubted = isDoubted(attempt, judgement);
  const outcome: Outcome = isNothing || isNowDoubted ? NOTHING : { type: 'failure', failure };
  end(attempt, { as: failure, outcome, error });
  if (isNowDoubted) call.lastFailure = { at: deployment, class: failure.class, doubted: { attempt, error } };
  // The rejection stands where the other has failed for reasons of its own.
  const verdict = isNowDoubted ? 'next' : doubted === undefined ? judgement.verdict : 'give-up';
  return {
    attempt,
    error: doubted?.error ?? error,
    failure,
    verdict,
    // openai-node `client.ts`: the same request is not to be sent there again.
    isFinal: headerOf(headers, 'x-should-retry') === 'false' || size?.exceedsLimit === true,
  };
}

/** Another attempt of the call has answered, and this one had given nothing yet. */
export function lose(attempt: Attempt): void {
  const { deployment, call, silentMs, silence: error } = attempt;
  attempt.drop(error);
  deployment.latency.record(call.now, silentMs);
  const firstContentMs = call.isStream ? deployment.timeout.firstContentMs : undefined;
  const limitMs = firstContentMs ?? farTooLong(attempt);
  // Slow, or so silent that it may be down.
  const isDown = limitMs !== undefined && silentMs >= limitMs;
  end(attempt, { as: { class: 'aborted', code: 'HEDGED' }, outcome: isDown ? DOWN : 'hedge-lost', error });
}

/** The attempt is not wanted any more, since the call gave up or was ended from outside. */
export function supersede(attempt: Attempt): void {
  const { end: cancelled } = attempt.call.cancellation;
  const error = cancelled?.by === 'caller' ? cancelled.reason : attempt.silence;
  attempt.drop(error);
  if (cancelled === undefined) end(attempt, { as: { class: 'aborted' }, outcome: NOTHING, error });
  else cancel(attempt, cancelled, attempt.interruptedBy);
}

/** The call was ended from outside while the attempt was under way. */
function cancel(attempt: Attempt, cancelled: CancelledBy, error: unknown): AttemptFailure {
  const isCallers = cancelled.by === 'caller';
  const failure: Failure = isCallers ? { class: 'aborted' } : { class: 'retryable', code: 'totalTimeoutMs' };
  const outcome = wasFarTooSilent(attempt, cancelled) ? DOWN : NOTHING;
  end(attempt, { as: failure, outcome, error });
  return { attempt, error, failure, verdict: 'give-up', isFinal: false };
}

/** How an attempt ended: as its record says, and as its gates hear it. */
interface Ending {
  readonly as: Failure | Pick<AttemptRecord, 'class' | 'code'>;
  readonly outcome: Outcome | 'hedge-lost';
  readonly usage?: TokenUsage;
  readonly finishReason?: unknown;
  /** What it threw, or why it was not waited for. */
  readonly error?: unknown;
}

/** Where each attempt ends: it is recorded and told once, and its lease is settled. */
function end(attempt: Attempt, ending: Ending): void {
  if (attempt.isOver) return;
  attempt.isOver = true;
  attempt.stopWatching();
  const { call, lease } = attempt;
  const { now } = call;
  const record = recordOf(attempt, ending, now);
  if (ending.as.class !== 'success') {
    call.failures = [...call.failures, { record, error: withoutBulk(ending.error) }];
    if (ending.as.class !== 'aborted') call.lastFailure = { at: attempt.deployment, class: ending.as.class };
  }
  // Told before what it causes.
  call.context.events.emit('attempt', () => ({
    ...attempt.label,
    ...record,
    attempt: attempt.number,
    firstContentMs: attempt.contentAt === undefined ? undefined : Math.round(attempt.contentAt - attempt.startedAt),
    tokens: ending.usage,
    finishReason: finishReasonName(ending.finishReason),
  }));
  const { contentAt, deployment, startedAt } = attempt;
  if (contentAt === undefined && ending.outcome !== 'hedge-lost') {
    const wasGivenUp = ending.outcome === NOTHING || ending.outcome === DOWN;
    call.ring.hangs(call.isStream)?.ended(deployment, startedAt, wasGivenUp ? now - startedAt : undefined);
  }
  const outcome = ending.outcome === 'hedge-lost' ? lease.lost : ending.outcome;
  lease.settle(outcome, now);
  call.context.shared?.settle(lease, outcome);
}

/** Azure repeats the status as the code, and OpenAI's type stands for any request that is wrong. */
const NO_CODES: ReadonlySet<unknown> = new Set([undefined, '404', 'invalid_request_error']);

function recordOf({ call, deployment, startedAt }: Attempt, { as, error }: Ending, now: number): AttemptRecord {
  const { endpoint } = deployment;
  const { modelId } = call.ring;
  const statusCode = 'statusCode' in as ? as.statusCode : undefined;
  const isUnexplained = statusCode === 404 && NO_CODES.has(as.code);
  return {
    endpoint: endpoint.name,
    deployment: deployment.name,
    modelId,
    class: as.class,
    statusCode,
    code: as.code,
    ...(isUnexplained && { path: endpoint.askedPath(error, modelId) }),
    durationMs: Math.round(now - startedAt),
  };
}

/** A slow reader takes up the time of an attempt, for which no deployment is to blame. */
const isReaders = (attempt: Attempt, error: unknown): boolean =>
  attempt.contentAt !== undefined && AttemptTimeoutError.isInstance(error) && error.setting === 'timeout.attemptMs';

/** Others fit where this call does not, and this one goes there no more, or not before there is enough for it. */
const saysNothingOfOthers = ({ call, deployment }: Attempt, size: CallSize | undefined): boolean =>
  size?.leavesPlenty === true &&
  (size.exceedsLimit || !deployment.isOpen(call.now, Math.min(size.tokens, call.ring.tokens.estimate(call.options))));

/** Milliseconds that are far longer than answers usually take, once enough is known. */
function farTooLong({ call }: Attempt): number | undefined {
  const { p95Ms } = call.ring.times(call.isStream);
  return p95Ms === undefined ? undefined : FAR_LONGER * p95Ms;
}

/**
 * A deadline of the caller's that ran out on a deployment that was silent for far longer than usual is a mark against it: where
 * callers' own deadlines are shorter than a hang, it would otherwise never be found out.
 */
function wasFarTooSilent(attempt: Attempt, cancelled: CancelledBy): boolean {
  const isDeadline = cancelled.by === 'totalTimeout' || property(cancelled.reason, 'name') === 'TimeoutError';
  const limitMs = farTooLong(attempt);
  // Once there is content, a pause may be its reader's; how long one may be is for `idleMs` to say.
  if (!isDeadline || limitMs === undefined || attempt.contentAt !== undefined) return false;
  return attempt.silentMs > Math.max(limitMs, SHORTEST_SILENCE_MS);
}
