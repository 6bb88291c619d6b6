import {
  chunk,
  completion,
  events,
  json,
  response,
  responseCreated,
  responseFailed,
} from '../../../support/wire/wire-answers.ts';
import { error, rejected, retryable, type Row, row } from './row.ts';

/** Answers with status 200 that say that they failed, some of which the AI SDK takes for good ones. */
export const failedAnswerRows: readonly Row[] = [
  row(
    'response.failed without an error',
    'responses stream',
    events(responseCreated, responseFailed(null)),
    retryable(),
  ),
  ...['failed', 'cancelled', 'in_progress', 'queued'].map((state) =>
    row(
      `the status ${state} without an error`,
      'responses answer',
      json(response(state)),
      retryable(`response_${state}`),
    ),
  ),
  row('no output', 'responses answer', json(response('completed')), retryable('empty_answer')),
  row(
    'the finish reason error',
    'chat answer',
    json(completion({ finish_reason: 'error' })),
    retryable('finish_error'),
  ),
  row('the finish reason error', 'chat stream', events(chunk({ content: '' }), chunk({}, 'error')), retryable()),
  row('an error beside an answer', 'chat answer', json({ ...completion({}), ...error({ code: 503 }) }), retryable()),
  row(
    'an error within a choice',
    'chat answer',
    json(completion({ finish_reason: 'error', ...error({ code: 400 }) })),
    rejected(),
  ),
];
