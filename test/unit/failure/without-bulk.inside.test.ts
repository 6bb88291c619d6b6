import { expect, it } from 'vitest';

import { withoutBulk } from '../../../src/failure/without-bulk.ts';
import type { AllEndpointsFailedError } from '../../../src/index.ts';
import { apiError } from '../api-error.ts';
import { buildRing } from '../build-ring.ts';
import { fails } from '../fake-endpoint.ts';
import { pass, useFakeTime } from '../fake-time.ts';
import { hostile } from './hostile.ts';

useFakeTime();

const megabytes = 'x'.repeat(5_000_000);

/** Characters of all texts in an error and its causes. */
const sizeOf = (error: unknown): number => {
  const { message, stack = '', cause, ...rest } = error as Error;
  return message.length + stack.length + JSON.stringify(rest).length + (cause instanceof Error ? sizeOf(cause) : 0);
};

it.each([
  ['a body', () => apiError(500, { responseBody: megabytes })],
  ['a message', () => Object.assign(new Error(megabytes), { statusCode: 500 })],
  ['a cause', () => new Error('failed', { cause: Object.assign(new Error('no JSON'), { text: megabytes }) })],
])('the error of a call that has given up keeps no megabytes of %s', async (_, make) => {
  const call = buildRing([fails(make()), fails(make())], { retry: { rounds: 1 } }).ask();
  await pass(1_000);

  const errors = (call.error as AllEndpointsFailedError).rawErrors();
  expect(errors).toHaveLength(2);
  for (const error of errors) expect(sizeOf(error)).toBeLessThan(100_000);
});

it('an error that is too long to be kept says what its beginning says', () => {
  expect(withoutBulk(apiError(500, { responseBody: `no room${megabytes}` }))).toMatchObject({
    name: 'AI_APICallError',
    statusCode: 500,
    responseBody: expect.stringMatching(/^no room/) as unknown,
  });
});

it('an error of the usual length is kept as it is', () => {
  const error = apiError(500, { responseBody: '{"error":{}}' });

  expect(withoutBulk(error)).toBe(error);
});

it.each(hostile)('a hostile error is kept as it is: %s', (_, error) => {
  expect(withoutBulk(error)).toBe(error);
});
