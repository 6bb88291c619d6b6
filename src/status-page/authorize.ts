import { readEnvironment } from '../settings/environment.ts';

/** What a request is for: a load balancer's health check, a look at the page, or a change by one of its buttons. */
export type StatusAction = 'health' | 'view' | 'change';

/** Says whether a request may do that. Only `true` is yes: a throw, a rejection and anything else refuse it. */
export type Authorize = (request: Request, action: StatusAction) => boolean | PromiseLike<boolean>;

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Without an `authorize`: only this machine, in development. A proxy in front makes every request look as if it came from here, and
 * what the header says may be forged: Next.js keeps the one that a client sends (its `base-server`), and writes one where there is none.
 */
export function isLocalDevelopment(request: Request): boolean {
  const mode = readEnvironment('NODE_ENV');
  const isDevelopment = mode === 'development' || mode === 'test';
  return isDevelopment && LOOPBACK.has(new URL(request.url).hostname) && !request.headers.has('x-forwarded-for');
}

/** Whether a request is allowed, whatever `authorize` does. */
export async function isAllowed(authorize: Authorize, request: Request, action: StatusAction): Promise<boolean> {
  try {
    const answer: unknown = await authorize(request, action);
    return answer === true;
  } catch {
    return false;
  }
}
