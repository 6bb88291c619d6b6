import { APICallError } from '@ai-sdk/provider';

import { CredentialError } from '../errors/credential-error.ts';
import type { Failure } from '../failure/failure.ts';
import { neverConnected } from '../failure/network-codes.ts';

/**
 * Whether the service may have done what it was asked, although the attempt failed: it may have called a tool and broken down
 * afterwards. A service that refuses a request has not begun with it; of everything else that is unclear, the worse is taken.
 */
export function mayHaveActed(error: unknown, failure: Failure): boolean {
  if (CredentialError.isInstance(error)) return false;
  const status = failure.statusCode ?? (APICallError.isInstance(error) ? error.statusCode : undefined);
  if (status !== undefined) return status < 400 || status === 408 || status >= 500;
  return failure.code === undefined || !neverConnected(failure.code);
}
