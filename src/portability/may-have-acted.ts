import { APICallError } from '@ai-sdk/provider';

import { CredentialError } from '../errors/credential-error.ts';
import type { Failure } from '../failure/failure.ts';
import { neverConnected } from '../failure/network-codes.ts';

/**
 * Whether a service may have called a tool although the attempt failed: it may have broken down afterwards. A service that
 * refuses a request has not begun with it. Every other failure that leaves it unclear counts as "may have".
 */
export function mayHaveActed(error: unknown, failure: Failure): boolean {
  if (CredentialError.isInstance(error)) return false;
  const status = failure.statusCode ?? (APICallError.isInstance(error) ? error.statusCode : undefined);
  if (status !== undefined) return status < 400 || status === 408 || status >= 500;
  return failure.code === undefined || !neverConnected(failure.code);
}
