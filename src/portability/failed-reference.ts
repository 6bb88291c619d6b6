import { CredentialError } from '../errors/credential-error.ts';
import type { Failure } from '../failure/failure.ts';
import { NOT_STORED } from '../failure/failure-codes.ts';
import { property, textAt } from '../foreign.ts';
import { neverConnected } from '../failure/network-codes.ts';
import type { PromptMessage } from './prompt.ts';

const CODES: ReadonlySet<string | undefined> = new Set(NOT_STORED);

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
  const text = [textAt(error, 'message'), textAt(error, 'responseBody')].join('\n');
  for (const id of ids()) if (names(text, id)) return true;
  return false;
}

/** Whether an id stands in a text, and not as part of a word: ids that gateways make may be short. */
function names(text: string, id: string): boolean {
  const pieces = id === '' ? [] : text.split(id);
  return pieces.some((after, index) => index > 0 && !/^[\w-]/.test(after) && !/[\w-]$/.test(pieces[index - 1] ?? ''));
}

/** Whether its status or code leaves no doubt: a 400 that names an id may also say that the id is there twice. */
export const isPlainlyUnknown = (error: unknown, failure: Failure): boolean =>
  CODES.has(failure.code) || statusOf(error, failure) === 404;

/**
 * Whether a service may have called a tool although the attempt failed: it may have broken down afterwards. A service that
 * refuses a request has not begun with it. Every other failure that leaves it unclear counts as "may have".
 */
export function mayHaveActed(error: unknown, failure: Failure): boolean {
  if (CredentialError.isInstance(error)) return false;
  const status = statusOf(error, failure);
  if (status !== undefined) return status < 400 || status === 408 || status >= 500;
  return failure.code === undefined || !neverConnected(failure.code);
}

/** A classifier of the user's may leave it out. */
function statusOf(error: unknown, failure: Failure): number | undefined {
  const status = failure.statusCode ?? property(error, 'statusCode');
  return typeof status === 'number' ? status : undefined;
}

/** Every id that a call refers to. Needed only when an endpoint says that it does not know one. */
export function referenceIds(prompt: unknown, stored: readonly string[]): ReadonlySet<string> {
  const messages = Array.isArray(prompt) ? (prompt as readonly PromptMessage[]) : [];
  const found = messages.flatMap(({ role, content }) =>
    typeof content === 'string' || (role !== 'assistant' && role !== 'tool')
      ? []
      : content.flatMap(({ type, providerOptions, toolCallId, approvalId }) => [
          providerOptions?.['openai']?.['itemId'],
          providerOptions?.['azure']?.['itemId'],
          property(providerOptions?.['openai']?.['caller'], 'callerId'),
          // What a provider executed is referred to by the id of its call.
          role === 'assistant' && type === 'tool-result' ? toolCallId : undefined,
          approvalId,
        ]),
  );
  return new Set([...stored, ...found.filter((id) => typeof id === 'string')]);
}
