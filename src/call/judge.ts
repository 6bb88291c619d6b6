import type { Deployment } from '../deployment/deployment.ts';
import { isAboutValue, isUnwritable } from '../failure/about-value.ts';
import type { Failure } from '../failure/failure.ts';
import { withOne } from './deployments.ts';
import type { Attempt } from './attempt.ts';
import type { Call } from './call.ts';
import type { Verdict } from './route.ts';

/** What an attempt's failure is, and what it means for its call. */
export interface Judgement {
  readonly failure: Failure;
  readonly verdict: Verdict;
}

/** Classifies the failure of an attempt. What throws when it is looked at is a failure like any other: its lease must end. */
export function judge(attempt: Attempt, error: unknown): Judgement {
  try {
    return judged(attempt, error);
  } catch {
    return { failure: { class: 'retryable' }, verdict: 'next' };
  }
}

function judged(attempt: Attempt, error: unknown): Judgement {
  const { call, deployment } = attempt;
  const { settings } = call.context;
  const failure: Failure =
    // What never became a request is the caller's own, and no endpoint is to pay for it. With others under way, requests do not tell.
    isAboutValue(error) && (attempt.madeNoRequest || isUnwritable(call.options))
      ? { class: 'rejected' }
      : settings.classifyFailure(error, { endpoint: deployment.endpoint.name, modelId: call.ring.modelId });
  const { failure: known, verdict } = call.route?.reclassify(error, failure, attempt) ?? { failure };
  const reclassified = isRefusedHere(attempt, known) ? { ...known, scope: 'deployment' as const } : known;
  return { failure: reclassified, verdict: verdict ?? verdictOf(reclassified, call) };
}

/**
 * Whether another deployment is to be asked about a rejection. What is filtered, or too long for a model, is said in so many words,
 * and is not doubted.
 */
export function isDoubted({ call, deployment }: Attempt, { failure, verdict }: Judgement): boolean {
  if (verdict !== 'give-up' || failure.class !== 'rejected' || failure.reason !== undefined) return false;
  const { doubted } = call.lastFailure ?? {};
  if (doubted === undefined) {
    // Only another answer tells whether the deployment or the AI SDK is at fault.
    const isUnread = failure.code === 'AI_TypeValidationError';
    return (isUnread || deployment.rejections.count()) && hasOther(call, deployment);
  }
  doubted.attempt.deployment.rejections.confirmed();
  return false;
}

const hasOther = ({ ring, barred, now }: Call, deployment: Deployment): boolean =>
  ring.opens(now, { tokens: 1, excluded: withOne(barred, deployment) }) === 'now';

/** An endpoint that has served with its key refuses a deployment, a kind of model or a prompt rather than the key. */
const isRefusedHere = ({ deployment }: Attempt, failure: Failure): boolean =>
  failure.class === 'misconfigured' &&
  (failure.statusCode === 401 || failure.statusCode === 403) &&
  deployment.gates.endpointBreaker.hasServed;

/** What a failure means for its call, as far as it tells by itself. */
function verdictOf({ class: failureClass, reason }: Failure, call: Call): Verdict {
  if (failureClass === 'aborted') return 'give-up';
  if (failureClass !== 'rejected') return 'next';
  if (reason !== undefined && call.context.settings.failoverOn.has(reason)) {
    // All deployments of one model have the same window.
    return reason === 'context-length' && call.chain !== undefined ? 'next-model' : 'next';
  }
  // What a model rejects that stands in for another may be what it cannot take, and says nothing of the request.
  return call.isAtStandIn ? 'next-model' : 'give-up';
}
