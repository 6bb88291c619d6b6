import { APICallError } from '@ai-sdk/provider';

import type { Failure } from '../failure/failure.ts';

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
 * OpenAI answers most of these with a 404 without a code, and names the id in its message. So the message is searched for the
 * ids that the request holds; its words are not looked at.
 */
export function isUnknownReference(error: unknown, failure: Failure, ids: () => Iterable<string>): boolean {
  if (CODES.has(failure.code)) return true;
  const status = statusOf(error, failure);
  if (status !== 404 && status !== 400) return false;
  const text = textOf(error);
  for (const id of ids()) if (text.includes(id)) return true;
  return false;
}

/** Whether its status or code leaves no doubt: a 400 that names an id may also say that the id is there twice. */
export const isPlainlyUnknown = (error: unknown, failure: Failure): boolean =>
  CODES.has(failure.code) || statusOf(error, failure) === 404;

const statusOf = (error: unknown, { statusCode }: Failure): number | undefined =>
  statusCode ?? (APICallError.isInstance(error) ? error.statusCode : undefined);

function textOf(error: unknown): string {
  const { message, responseBody } = error as { readonly message?: unknown; readonly responseBody?: unknown };
  return [message, responseBody].filter((text) => typeof text === 'string').join('\n');
}
