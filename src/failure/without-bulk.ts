import { APICallError } from '@ai-sdk/provider';

import { errorChain } from './error-chain.ts';
import { property, textAt } from '../foreign.ts';
import { failureHeaders } from './failure-facts.ts';

/** Characters in an error that are kept: a body that is longer is no error's. */
const MOST_KEPT = 256 * 1024;
const BEGINNING = 10_000;

/** Where errors of the AI SDK hold what came as a body, or was made of it. */
const PLACES = ['responseBody', 'text', 'message'];

/** An error as it may be kept with others: one that came with megabytes gives way to one with their beginning. */
export function withoutBulk(error: unknown): unknown {
  const bulk = errorChain(error)
    .flatMap((link) => PLACES.map((place) => textAt(link, place) ?? ''))
    .find(({ length }) => length > MOST_KEPT);
  if (bulk === undefined) return error;
  const statusCode = property(error, 'statusCode');
  return new APICallError({
    message: beginningOf(textAt(error, 'message') ?? ''),
    url: textAt(error, 'url') ?? '',
    requestBodyValues: property(error, 'requestBodyValues'),
    ...(typeof statusCode === 'number' && { statusCode }),
    // Read with care, whatever they are.
    responseHeaders: failureHeaders(error) as Record<string, string>,
    responseBody: beginningOf(bulk),
    isRetryable: false,
  });
}

/** A copy: a slice would keep the whole text alive. */
const beginningOf = (text: string): string =>
  new TextDecoder().decode(new TextEncoder().encode(text.slice(0, BEGINNING)));
