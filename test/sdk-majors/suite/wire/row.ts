import type { AttemptRecord } from 'ai-sdk-load-balancer';

import { status } from '../../../support/behaviour.ts';
import type { BehaviourSource } from '../../../support/fake-service.ts';

/** What is asked for, and of which API. */
export type Way = 'chat answer' | 'chat stream' | 'responses answer' | 'responses stream' | 'completion stream';

export const answers: readonly Way[] = ['chat answer', 'responses answer'];
export const ways: readonly Way[] = [...answers, 'chat stream', 'responses stream'];

/** What it comes to. Another endpoint is asked unless it is an answer, or the request is rejected. */
export interface Outcome {
  readonly class: AttemptRecord['class'];
  /** What is out afterwards, when one failure is enough. */
  readonly out: 'nothing' | 'the deployment' | 'the endpoint' | number;
  /** The code in the event; not looked at where it says nothing. */
  readonly code?: string | undefined;
  /** What is read, where it comes from the endpoint itself. */
  readonly text?: string;
}

/** Something that services or gateways send. */
export interface Row {
  readonly what: string;
  readonly ways: readonly Way[];
  readonly sent: BehaviourSource;
  readonly comesTo: Outcome;
  /** The majors of the AI SDK on which it can be told. */
  readonly majors: readonly number[];
}

export const row = (
  what: string,
  on: Way | readonly Way[],
  sent: BehaviourSource,
  comesTo: Outcome,
  majors: readonly number[] = [4, 5, 6, 7],
): Row => ({ what, ways: typeof on === 'string' ? [on] : on, sent, comesTo, majors });

export const good = (text: string): Outcome => ({ class: 'success', out: 'nothing', text });
export const rejected = (code?: string): Outcome => ({ class: 'rejected', out: 'nothing', code });
export const retryable = (code?: string): Outcome => ({ class: 'retryable', out: 'the deployment', code });
export const missing = (code?: string): Outcome => ({ class: 'misconfigured', out: 'the deployment', code });
export const refused = (code?: string): Outcome => ({ class: 'misconfigured', out: 'the endpoint', code });
export const unpaid = (code?: string): Outcome => ({ class: 'quota-exhausted', out: 'the endpoint', code });
/** @param waitMs until it is asked again. */
export const limited = (waitMs: number): Outcome => ({ class: 'rate-limited', out: waitMs });

/** An error as OpenAI writes it. */
export const error = (fields: object): object => ({ error: { message: 'It failed.', ...fields } });

/** A status with this JSON. */
export const withJson = (code: number, body: object, headers: Readonly<Record<string, string>> = {}) =>
  status(code, { body: JSON.stringify(body), headers });
