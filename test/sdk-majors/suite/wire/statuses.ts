import { status } from '../../../support/behaviour.ts';
import { events, json } from '../../../support/wire/wire-answers.ts';
import {
  answers,
  error,
  limited,
  missing,
  type Outcome,
  refused,
  rejected,
  retryable,
  type Row,
  row,
  unpaid,
  ways,
  withJson,
} from './row.ts';

const page = (code: number) =>
  status(code, { body: '<html><body>Bad request</body></html>', headers: { 'content-type': 'text/html' } });

const ofGateway = (code: number) => withJson(code, { statusCode: code, message: 'It failed.' });

/** What a status comes to that stands in the body of a 200, as a number or as a text. */
const inBody: readonly (readonly [code: unknown, comesTo: Outcome])[] = [
  [400, rejected()],
  ['400', rejected()],
  [413, rejected()],
  ['413', rejected()],
  [401, refused()],
  ['401', refused()],
  [402, unpaid()],
  ['402', unpaid()],
  [403, refused()],
  ['403', refused()],
  [404, missing()],
  ['404', missing()],
  [429, limited(1_000)],
  ['429', limited(1_000)],
  [503, retryable()],
  ['503', retryable()],
];

const vllm = { object: 'error', message: 'It failed.', type: 'BadRequestError', param: null, code: 400 };
const withoutScope = error({ type: 'invalid_request_error', param: null, code: null });
const moderated = error({ code: 403, metadata: { reasons: ['violence'] } });

/** As Google's API for clients of OpenAI writes errors. */
const ofGoogle = (code: number, state: string, reason?: string) => [
  { error: { code, message: 'It failed.', status: state, details: reason && [{ reason, domain: 'googleapis.com' }] } },
];

/** How others write errors that have no code of OpenAI's: what the status means, and no more. */
const otherShapes: readonly (readonly [of: string, body: object])[] = [
  ['FastAPI', { detail: 'It failed.' }],
  ['FastAPI’s checks', { detail: [{ loc: ['body', 'model'], msg: 'field required', type: 'value_error.missing' }] }],
  ['Apigee', { fault: { faultstring: 'It failed.', detail: { errorcode: 'policies.ratelimit.QuotaViolation' } } }],
  ['Cloudflare', { success: false, errors: [{ code: 10_000, message: 'It failed.' }] }],
  ['AWS', { message: 'It failed.' }],
  ['Ollama', { error: 'It failed.' }],
  ['Google', ofGoogle(400, 'INVALID_ARGUMENT')],
];

export const statusRows: readonly Row[] = [
  ...otherShapes.flatMap(([of, body]) => [
    row(`status 401 as ${of} writes it`, ways, withJson(401, body), refused()),
    row(`status 404 as ${of} writes it`, ways, withJson(404, body), missing()),
    row(`status 422 as ${of} writes it`, ways, withJson(422, body), rejected()),
    row(`status 429 as ${of} writes it`, ways, withJson(429, body, { 'retry-after': '9' }), limited(9_000)),
    row(`status 500 as ${of} writes it`, ways, withJson(500, body), retryable()),
  ]),
  ...otherShapes
    .slice(0, -1)
    .map(([of, body]) => row(`status 200 with what ${of} writes`, 'chat answer', json(body), retryable())),
  row('status 200 with 503 as Google writes it', answers, json(ofGoogle(503, 'UNAVAILABLE')), retryable()),
  row(
    'a key as Google refuses it',
    ways,
    withJson(400, ofGoogle(400, 'INVALID_ARGUMENT', 'API_KEY_INVALID')),
    refused('API_KEY_INVALID'),
  ),
  row('a status beside a text', answers, json({ error: 'It failed.', status: 503 }), retryable()),
  row('the status of a problem (RFC 9457)', 'chat answer', json({ title: 'No', status: 413, detail: 'x' }), rejected()),
  ...inBody.map(([code, comesTo]) =>
    row(`status 200 and ${JSON.stringify(code)} as a code`, answers, json(error({ code })), comesTo),
  ),
  row('a first chunk with 400 as a code', 'chat stream', events(error({ code: 400 })), rejected()),
  row('a first chunk as vLLM writes errors', 'chat stream', events(vllm), rejected('BadRequestError')),

  ...[405, 418, 421, 424, 451, 498, 499].map((code) => row(`status ${code}`, ways, ofGateway(code), retryable())),
  row('status 410', ways, ofGateway(410), missing()),
  ...[400, 403, 404, 413].map((code) => row(`status ${code} with a proxy’s page`, ways, page(code), retryable())),
  row(
    'a redirect that loses its method',
    ways,
    // What was asked for is not in it any more.
    ({ json: { model }, path }) =>
      model === undefined ? ofGateway(405) : status(302, { headers: { location: path } }),
    retryable(),
  ),

  row('status 401 of a key without a scope', ways, withJson(401, withoutScope), missing()),
  row('status 403 of a content policy', ways, withJson(403, error({ code: 'content_policy_violation' })), rejected()),
  row('status 403 of a moderator', ways, withJson(403, moderated), rejected()),
  row('status 403 of a gateway that gives no code', ways, ofGateway(403), retryable()),
  ...[401, 402, 403].map((code) =>
    row(`status ${code} that names a time`, ways, status(code, { headers: { 'retry-after': '9' } }), limited(9_000)),
  ),
];
