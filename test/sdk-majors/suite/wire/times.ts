import { status } from '../../../support/behaviour.ts';
import { json } from '../../../support/wire/wire-answers.ts';
import { answers, error, limited, type Row, row, ways, withJson } from './row.ts';

const tooMany = (message: string) =>
  withJson(429, error({ message, type: 'requests', param: null, code: 'rate_limit_exceeded' }));

const resetAt = (time: string) =>
  status(429, { headers: { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': time } });

/** Times at which a limit ends, as it is told when it is asked for. */
const inNineSeconds = (): number => Date.now() + 9_000;

export const timeRows: readonly Row[] = [
  row('in words', ways, tooMany('Please try again in 7.5s. Visit our page.'), limited(7_500)),
  row('in words of Azure', ways, tooMany('Please retry after 1 minute and 5 seconds.'), limited(65_000)),
  row(
    'in words of a gateway',
    ways,
    withJson(429, { statusCode: 429, message: 'Rate limit is exceeded. Try again in 7 seconds.' }),
    limited(7_000),
  ),
  row(
    'in words of Google',
    ways,
    withJson(429, [{ error: { code: 429, message: 'Please retry in 7.5s.', status: 'RESOURCE_EXHAUSTED' } }]),
    limited(7_500),
  ),
  row('in words of FastAPI', ways, withJson(429, { detail: 'Retry after 7 seconds.' }), limited(7_000)),
  row('in words of a quota', ways, tooMany('Quota will be replenished in 00:02:03.'), limited(123_000)),
  row(
    'in words within a 200',
    answers,
    json(error({ code: '429', message: 'Try again in 7 seconds.' })),
    limited(7_000),
  ),
  row('in a plain text', ways, status(429, { body: 'Slow down, retry after 2m' }), limited(120_000)),
  row('as a timestamp in seconds', ways, () => resetAt(String(Math.round(inNineSeconds() / 1_000))), limited(9_000)),
  row('as a timestamp in milliseconds', ways, () => resetAt(String(inNineSeconds())), limited(9_000)),
  row('as a date', ways, () => resetAt(new Date(inNineSeconds()).toISOString()), limited(9_000)),
];
