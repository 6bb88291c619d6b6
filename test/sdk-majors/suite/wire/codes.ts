import { events, json, response, responseCreated, responseFailed } from '../../../support/wire/wire-answers.ts';
import {
  answers,
  error,
  missing,
  type Outcome,
  rejected,
  retryable,
  type Row,
  row,
  unpaid,
  type Way,
  ways,
  withJson,
} from './row.ts';

const message = 'It failed.';
const streams: readonly Way[] = ['chat stream', 'responses stream'];

/** What codes come to, wherever they are found. */
const known: readonly (readonly [code: string, comesTo: Outcome])[] = [
  ['content_filter', rejected('content_filter')],
  ['context_length_exceeded', rejected('context_length_exceeded')],
  ['image_too_large', rejected('image_too_large')],
  ['cyber_policy', rejected('cyber_policy')],
  ['insufficient_quota', unpaid('insufficient_quota')],
  ['credit_balance_exhausted', unpaid('credit_balance_exhausted')],
  ['model_not_found', missing('model_not_found')],
  ['server_error', retryable('server_error')],
];

/** Where they are found: in answers with status 200. */
const placesOf = (code: string, comesTo: Outcome): readonly Row[] => {
  const failed = { code, message };
  const flat = { type: 'error', sequence_number: 1, ...failed };
  const nested = { type: 'error', sequence_number: 1, error: { type: 'x', param: null, ...failed } };
  return [
    row('in a first chunk', 'chat stream', events(error({ type: null, param: null, code })), comesTo),
    row('in a chunk of Chat', 'responses stream', events(error({ type: null, param: null, code })), comesTo),
    row('in a first event', 'responses stream', events(flat), comesTo),
    row('in an event', 'responses stream', events(responseCreated, flat), comesTo),
    row('one level down in an event', 'responses stream', events(responseCreated, nested), comesTo),
    row('in response.failed', 'responses stream', events(responseCreated, responseFailed(failed)), comesTo),
    row('in an answer that failed', 'responses answer', json(response('failed', { error: failed })), comesTo),
    row('in an error instead of an answer', answers, json(error({ type: 'x', param: null, code })), comesTo),
    row('as a text within an error', answers, json({ error: JSON.stringify(error({ code })) }), comesTo),
    row('as a text within a first chunk', streams, events({ error: JSON.stringify(error({ code })) }), comesTo),
    row('beside a text', answers, json({ error: message, code }), comesTo),
    row('with nothing around it', 'chat answer', json(failed), comesTo),
    row('in a list of errors', 'chat answer', json({ success: false, errors: [failed] }), comesTo),
    // AI SDK 5 and 6 fail on it without a word.
    row('with nothing around it', 'responses answer', json(failed), comesTo, [4, 7]),
  ].map((place) => ({ ...place, what: `${code} ${place.what}` }));
};

const filtered = (output: unknown) =>
  json(response('incomplete', { incomplete_details: { reason: 'content_filter' }, output }));
const usedUp = json(response('incomplete', { incomplete_details: { reason: 'max_output_tokens' }, output: null }));

export const codeRows: readonly Row[] = [
  ...known.flatMap(([code, comesTo]) => placesOf(code, comesTo)),
  row(
    'content_filter with status 400 and nothing around it',
    ways,
    withJson(400, { code: 'content_filter', message }),
    rejected('content_filter'),
  ),
  row('the reason content_filter, without an output', 'responses answer', filtered(null), rejected('content_filter')),
  // AI SDK 5 and 6 fail on it without a word.
  row(
    'the reason content_filter, the output left out',
    'responses answer',
    filtered(undefined),
    rejected('content_filter'),
    [4, 7],
  ),
  row('the reason max_output_tokens, without an output', 'responses answer', usedUp, rejected('max_output_tokens')),
];
