import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { retryAfterMs } from '../../../src/failure/retry-after.ts';

const now = Date.parse('2026-03-01T12:00:00Z');
const read = (headers: Readonly<Record<string, string>>, words?: string) =>
  retryAfterMs(headers, now, words === undefined ? [] : [words]);

const empty = { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-remaining-tokens': '0' };

describe('the time until a deployment takes calls again is read from', () => {
  it.each<[string, Readonly<Record<string, string>>, number]>([
    ['retry-after in seconds', { 'retry-after': '20' }, 20_000],
    ['retry-after in parts of a second', { 'retry-after': '0.5' }, 500],
    ['retry-after with a date', { 'retry-after': 'Sun, 01 Mar 2026 12:00:42 GMT' }, 42_000],
    ['retry-after with a date that has passed', { 'retry-after': 'Sun, 01 Mar 2026 11:00:00 GMT' }, 0],
    ['retry-after of a day', { 'retry-after': '86400' }, 86_400_000],
    ['retry-after-ms', { 'retry-after-ms': '1250' }, 1_250],
    ['retry-after-ms, which is finer', { 'retry-after-ms': '1250', 'retry-after': '2' }, 1_250],
    ['retry-after, when retry-after-ms is garbage', { 'retry-after-ms': 'soon', 'retry-after': '2' }, 2_000],
    ['retry-after, rather than a reset', { ...empty, 'retry-after': '2', 'x-ratelimit-reset-tokens': '6m0s' }, 2_000],
    ['a reset in milliseconds', { ...empty, 'x-ratelimit-reset-requests': '119ms' }, 119],
    ['a reset in parts of a second', { ...empty, 'x-ratelimit-reset-tokens': '14.981s' }, 14_981],
    ['a reset in minutes', { ...empty, 'x-ratelimit-reset-requests': '6m0s' }, 360_000],
    ['a reset in hours', { ...empty, 'x-ratelimit-reset-requests': '1h2m3s' }, 3_723_000],
    ['a reset of Azure in whole seconds', { ...empty, 'x-ratelimit-reset-tokens': '26' }, 26_000],
    ['a reset of Azure by its older name', { ...empty, 'x-rate-limit-reset-tokens': '26' }, 26_000],
    [
      'the later reset, when both limits are used up',
      { ...empty, 'x-ratelimit-reset-requests': '1s', 'x-ratelimit-reset-tokens': '30s' },
      30_000,
    ],
    [
      'the reset of the limit that is used up',
      {
        'x-ratelimit-remaining-requests': '0',
        'x-ratelimit-reset-requests': '2s',
        'x-ratelimit-remaining-tokens': '9000',
        'x-ratelimit-reset-tokens': '6m0s',
      },
      2_000,
    ],
    ['retry-after as a duration', { 'retry-after': '1m30s' }, 90_000],
    ['retry-after as a timestamp', { 'retry-after': String(now / 1_000 + 2) }, 2_000],
    ['retry-after with a date of RFC 3339', { 'retry-after': '2026-03-01T12:00:42Z' }, 42_000],
    ['retry-after-ms as a timestamp', { 'retry-after-ms': String(now + 1_500) }, 1_500],
    ['a reset as a timestamp in seconds', { ...empty, 'x-ratelimit-reset-requests': String(now / 1_000 + 2) }, 2_000],
    ['a reset as a timestamp with parts', { ...empty, 'x-ratelimit-reset-tokens': String(now / 1_000 + 2.5) }, 2_500],
    ['a reset as a timestamp in milliseconds', { ...empty, 'x-ratelimit-reset-requests': String(now + 2_000) }, 2_000],
    ['a reset as a timestamp in nanoseconds', { ...empty, 'x-ratelimit-reset-tokens': `${now + 2_000}000000` }, 2_000],
    ['a reset as a date', { ...empty, 'x-ratelimit-reset-tokens': '2026-03-01T13:00:02+01:00' }, 2_000],
    ['a reset of three years', { ...empty, 'x-ratelimit-reset-tokens': '99999999' }, 99_999_999_000],
    ['one reset for all', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(now + 2_000) }, 2_000],
  ])('%s', (_, headers, expected) => {
    expect(read(headers)).toBeCloseTo(expected, 0);
  });

  it.each([
    ['Please retry after 26 seconds.', 26_000],
    ['Please retry after 1 second.', 1_000],
    ['Rate limit is exceeded. Try again in 1 day. Please retry after 86400 seconds.', 86_400_000],
    ['{"error":{"code":"429","message":"Please retry after 7 seconds. Contact us"}}', 7_000],
    ['Please retry after 350 milliseconds.', 350],
    ['Try again in 7 seconds.', 7_000],
    ['Rate limit reached for gpt-4. Please try again in 7m12.5s. Visit our page.', 432_500],
    ['Please try again in 20ms.', 20],
    ['retry after 2m', 120_000],
    ['Retry-After: 30', 30_000],
    ['Retry after 30, please', 30_000],
    ['You must wait 1 hour, 2 minutes and 3 seconds', 3_723_000],
    ['Please wait for 10 min before you retry.', 600_000],
    ['Out of call volume quota. Quota will be replenished in 00:58:14.', 3_494_000],
    ['Quota will be replenished in 5.03:23:11.', 444_191_000],
    ['Your limit resets at 2026-03-01T12:00:42Z.', 42_000],
    ['Try again later. Or retry in 5s', 5_000],
  ])('the body, when no header says it: %s', (body, expected) => {
    expect(read({}, body)).toBe(expected);
    expect(read({ 'retry-after': '3' }, body)).toBe(3_000);
  });
});

describe('nothing is read from', () => {
  it.each<[string, Readonly<Record<string, string>>, string?]>([
    ['no headers', {}],
    ['a body without a time', {}, '{"error":{"message":"Too many requests: 429 in 60 seconds"}}'],
    ['empty headers', { 'retry-after': '', 'retry-after-ms': ' ' }],
    ['words', { 'retry-after': 'soon' }],
    ['a negative time', { 'retry-after': '-5', 'retry-after-ms': '-5' }],
    ['words with a number', { 'retry-after': 'about 2050' }],
    ['two dots', { 'retry-after': '1.5.2' }],
    ['no number', { 'retry-after': 'NaN', 'retry-after-ms': 'Infinity' }],
    [
      'limits that are not known, as Azure’s Responses API writes them',
      {
        'x-ratelimit-limit-requests': '-1',
        'x-ratelimit-remaining-requests': '-1',
        'x-ratelimit-reset-requests': '0',
        'x-ratelimit-remaining-tokens': '-1',
        'x-ratelimit-reset-tokens': '0',
      },
    ],
    ['a reset that has passed', { ...empty, 'x-ratelimit-reset-requests': '1700000000' }],
    ['a date without a zone', { 'retry-after': '2026-03-01T12:00:42' }],
    ['hex', { 'retry-after': '0x10', 'retry-after-ms': '1e3' }],
    ['a number that is no time', { 'retry-after': '9'.repeat(30) }],
    ['words that count something else', {}, 'Retry after 3 requests, or again in 4 regions; wait 5 turns'],
    ['words that name no time', {}, 'Please try again in a moment, or wait.'],
    ['limits that are not used up', { 'x-ratelimit-remaining-requests': '3', 'x-ratelimit-reset-requests': '9s' }],
  ])('%s', (_, headers, body) => {
    expect(read(headers, body)).toBeUndefined();
  });
});

describe('whatever the headers and the body say, it', () => {
  const names = [
    'retry-after',
    'retry-after-ms',
    'x-ratelimit-remaining-requests',
    'x-ratelimit-remaining-tokens',
    'x-ratelimit-reset-requests',
    'x-ratelimit-reset-tokens',
    'x-rate-limit-reset-tokens',
  ];
  const value = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.float().map(String),
    fc.bigInt().map(String),
    fc.nat({ max: 400 }).map((length) => '9'.repeat(length)),
    fc.date().map(String),
    fc.constantFrom('0', '-1', '1e999', '0x10', '1h', '1m1', 'ms', '9'.repeat(400).concat('ms')),
    fc.array(fc.constantFrom('1', '99', '.', 'ms', 's', 'm', 'h', 'd', '-', ' ')).map((pieces) => pieces.join('')),
  );
  const headers = fc.record(Object.fromEntries(names.map((name) => [name, value])), { requiredKeys: [] });
  const body = fc.option(
    fc.oneof(
      fc.string(),
      value.map((amount) => `Please retry after ${amount} seconds`),
    ),
    { nil: undefined },
  );

  it('is a time that can be waited for, or nothing', () => {
    fc.assert(
      fc.property(headers, body, (givenHeaders, givenBody) => {
        const waitMs = read(givenHeaders as Readonly<Record<string, string>>, givenBody);
        if (waitMs === undefined) return;
        expect(waitMs).toBeGreaterThanOrEqual(0);
        expect(waitMs).toBeLessThan(Infinity);
      }),
      { numRuns: 5_000 },
    );
  });

  it('is not Infinity for a number that is too long for one', () => {
    expect(read({ 'retry-after': '9'.repeat(400) })).not.toBe(Infinity);
    expect(read({ ...empty, 'x-ratelimit-reset-tokens': `${'9'.repeat(400)}s` })).not.toBe(Infinity);
  });

  it('is read in no time, also from a long body', () => {
    const started = performance.now();

    read({ 'retry-after': '9.'.repeat(50_000) }, 'retry after '.repeat(100_000) + '9'.repeat(100_000));

    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
