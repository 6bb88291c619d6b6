import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { isCodeWord } from '../../../src/failure/code-word.ts';

describe('a code is a short word', () => {
  it.each([
    'content_filter',
    'DeploymentNotFound',
    'ResponsibleAIPolicyViolation',
    'unsupported_country_region_territory',
    'ECONNREFUSED',
    'EAI_AGAIN',
    'UND_ERR_HEADERS_TIMEOUT',
    'ERR_HTTP2_STREAM_ERROR',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'AI_JSONParseError',
    'AI_APICallError',
    'rate-limited',
    'timeout.firstContentMs',
    'rateLimited',
    'E42',
    '429',
    '1300',
  ])('such as %s', (code) => {
    expect(isCodeWord(code)).toBe(true);
  });
});

describe('a code is not', () => {
  it.each<[string, unknown]>([
    ['a key of OpenAI', 'sk-proj-AbCdEfGhIjKlMnOp'],
    ['a key of words', 'sk-of-a-fake-service'],
    ['a key of Azure', '0123456789abcdef0123456789abcdef'],
    ['a key of Groq', 'gsk_abcdefghijkl'],
    ['a token', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIi'],
    ['an id', 'resp_68a1f0c2b4'],
    ['a prompt', 'Who are you?'],
    ['a line break', 'failed\ninjected'],
    ['a trailing line break', 'failed\n'],
    ['markup', '<b>failed</b>'],
    ['an address', 'https://example.com'],
    ['a long word', 'a'.repeat(41)],
    ['megabytes', 'a_'.repeat(2_500_000)],
    ['an empty text', ''],
    ['a phone number', '15551234567'],
    ['a number', 429],
    ['a symbol', Symbol('code')],
    ['nothing', undefined],
    ['an object', { toString: () => 'content_filter' }],
  ])('%s', (_, code) => {
    expect(isCodeWord(code)).toBe(false);
  });

  it('a random key but for a chance', () => {
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
    const key = fc
      .array(fc.constantFrom(...letters.split('')), { minLength: 32, maxLength: 32 })
      .map((each) => each.join(''));
    const taken = fc.sample(key, { numRuns: 2_000, seed: 1 }).filter(isCodeWord);

    expect(taken.length).toBeLessThan(20);
  });
});
