import { APICallError } from '@ai-sdk/provider';

import type { Failure } from '../failure.ts';

/** Codes by which a service says that it does not know what a request refers to, or cannot decrypt it. */
const CODES: ReadonlySet<string | undefined> = new Set([
  'item_not_found',
  'previous_response_not_found',
  'response_not_found',
  'conversation_not_found',
  'invalid_encrypted_content',
  'file_not_found',
  'container_not_found',
  'vector_store_not_found',
]);

/**
 * Whether a failure says that the endpoint does not know something that the request refers to.
 *
 * OpenAI answers 404 without a code to most of these, and names the id in its message. That a rejection quotes an id which
 * the request holds is a fact about it; what words stand around the id is not looked at.
 */
export function isUnknownReference(error: unknown, failure: Failure, ids: () => Iterable<string>): boolean {
  if (CODES.has(failure.code)) return true;
  const status = failure.statusCode ?? (APICallError.isInstance(error) ? error.statusCode : undefined);
  if (status !== 404 && status !== 400) return false;
  const text = textOf(error);
  for (const id of ids()) if (text.includes(id)) return true;
  return false;
}

function textOf(error: unknown): string {
  const { message, responseBody } = error as { readonly message?: unknown; readonly responseBody?: unknown };
  return [message, responseBody].filter((text) => typeof text === 'string').join('\n');
}
