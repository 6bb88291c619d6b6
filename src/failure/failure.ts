/**
 * What a failed attempt means for the call and for the deployment that was asked.
 *
 * - `retryable`: the deployment failed (5xx, timeout, network, broken answer); another one is asked, and this one is a
 *   failure nearer to its cooldown.
 * - `rate-limited`: it works, but takes no calls before a time; another one is asked.
 * - `quota-exhausted`: the account has no money or quota left, which no waiting mends.
 * - `misconfigured`: wrong credentials or a deployment that does not exist, which no waiting mends.
 * - `rejected`: the request itself is at fault; no other deployment is asked, and no failure is counted.
 * - `aborted`: the caller ended the call; no failure is counted.
 */
export type FailureClass = 'retryable' | 'rate-limited' | 'quota-exhausted' | 'misconfigured' | 'rejected' | 'aborted';

/** Rejections that a user may want to try elsewhere all the same, with the `failoverOn` setting. */
export type RejectionReason = 'content-filter' | 'context-length';

/** A failure as it was classified. */
export interface Failure {
  readonly class: FailureClass;
  /** Whose failure it is: the one deployment's (default), or that of everything at its endpoint. */
  readonly scope?: 'deployment' | 'endpoint' | undefined;
  /** Milliseconds until the deployment said it takes calls again, when it named a time. */
  readonly retryAfterMs?: number | undefined;
  /** HTTP status, when the service has sent one; of a failure within an answer with status 200, the one in its body. */
  readonly statusCode?: number | undefined;
  /** The service's or the network's own code, such as `DeploymentNotFound` or `ECONNREFUSED`: a short word, never a text. */
  readonly code?: string | undefined;
  /** Why a rejection may be sent on to the next deployment, when `failoverOn` says so. */
  readonly reason?: RejectionReason | undefined;
}

/** What a classifier is told beside the error. */
export interface FailureContext {
  /** Name of the endpoint that was asked. */
  readonly endpoint: string;
  /** The model id that was asked for there. */
  readonly modelId: string;
}

/** Decides what a failure means. The `classifyFailure` setting takes one of these. */
export type ClassifyFailure = (error: unknown, context: FailureContext) => Failure;

/** One attempt of a call, as errors and events report it. Holds no key, header or prompt. */
export interface AttemptRecord {
  /** Name of the endpoint. */
  readonly endpoint: string;
  /** Name that the model has there. */
  readonly deployment: string;
  /** The model id that was asked for there: the caller's, or one that stands in for it. */
  readonly modelId: string;
  /** How it ended. */
  readonly class: FailureClass | 'success';
  /** HTTP status, when there was one. */
  readonly statusCode?: number | undefined;
  /** The service's or the network's own code, such as `DeploymentNotFound` or `ECONNREFUSED`. */
  readonly code?: string | undefined;
  /** Path that was asked for, of a 404 without a code: it may be wrong. What may be a secret in it is left out. */
  readonly path?: string | undefined;
  /** Milliseconds from its start to its end; for a stream that failed over, to the failure. */
  readonly durationMs: number;
}

/**
 * Why a deployment cannot be asked now.
 *
 * - `drained`: it was closed by hand, with `drain()`.
 * - `cooldown`: it is out after failures, or its credentials were refused.
 * - `probe`: it was out, and an attempt under way shows whether it works again.
 * - `rate-limit`: the service named a time before which it takes no calls.
 * - `limits`: its known requests or tokens per minute are spent.
 * - `maxConcurrency`: as many attempts are under way as it may have.
 * - `skipped`: its credentials are missing (`onMissingCredentials: 'skip'`).
 */
export type UnavailableReason =
  | 'drained'
  | 'cooldown'
  | 'probe'
  | 'rate-limit'
  | 'limits'
  | 'maxConcurrency'
  | 'skipped';

/** An endpoint that a call could not go to when it gave up, as errors report it. Holds no key, header or prompt. */
export interface UnavailableRecord {
  /** Name of the endpoint. */
  readonly endpoint: string;
  /** Name that the model has there. */
  readonly deployment: string;
  readonly reason: UnavailableReason;
  /** Milliseconds until it may be asked, where that is known. */
  readonly availableInMs?: number | undefined;
  /** The failure that took it out, where it was one. */
  readonly class?: FailureClass | undefined;
  /** Its HTTP status. */
  readonly statusCode?: number | undefined;
  /** Its code. */
  readonly code?: string | undefined;
}
