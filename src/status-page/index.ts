import type { BalancedProviderMembers } from '../create-balanced-provider.ts';
import { type Authorize, isAllowed, isLocalDevelopment, type StatusAction } from './authorize.ts';
import { change } from './change.ts';
import { StatusFeed } from './feed.ts';
import { renderPage } from './page.ts';
import { snapshots } from './snapshot.ts';

export type { Authorize, StatusAction } from './authorize.ts';
export type { PastFailure, Traffic } from './history.ts';
export type { StatusSnapshot } from './snapshot.ts';

/** Options of a status handler. */
export interface StatusHandlerOptions {
  /**
   * Says whether a request may do what it asks for.
   *
   * @default only requests to `localhost`, `127.0.0.1` or `[::1]` that came through no proxy, where `NODE_ENV` is `development` or
   * `test`.
   */
  readonly authorize?: Authorize;
}

/** Headers of every answer. With `no-referrer` browsers would send `Origin: null` with a form. */
const HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  vary: 'accept',
};

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST']);

/**
 * Makes a handler for one path of any server that speaks the Fetch API: a page for browsers, JSON for scripts, server-sent events for
 * both (`accept: text/event-stream`), and `?health` for a load balancer, which is 200 while some deployment of every ring can serve and
 * 503 otherwise. It shows no key, header, prompt or URL.
 *
 * @example
 * import { createStatusHandler } from 'ai-sdk-load-balancer/status';
 * export const GET = createStatusHandler(balanced, { authorize: (request) => isAdmin(request) });
 * export const POST = GET;
 */
export function createStatusHandler(
  balanced: Pick<BalancedProviderMembers, 'on' | 'status' | 'drain' | 'resume' | 'reset'>,
  { authorize = isLocalDevelopment }: StatusHandlerOptions = {},
): (request: Request) => Promise<Response> {
  const take = snapshots(balanced);
  const feed = new StatusFeed(take);
  const token = randomText();
  const mayDo = (request: Request, action: StatusAction) => isAllowed(authorize, request, action);

  const look = async (request: Request): Promise<Response> => {
    if (!(await mayDo(request, 'view'))) return answer(403);
    const accept = request.headers.get('accept') ?? '';
    if (accept.includes('text/html')) {
      const nonce = randomText();
      const mayChange = await mayDo(request, 'change');
      const page = renderPage(take(), { nonce, token: mayChange ? token : undefined });
      return answer(200, page, {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': policy(nonce),
      });
    }
    if (accept.includes('text/event-stream')) {
      const events = request.method === 'HEAD' ? null : feed.open(request.signal);
      // A server that compresses, as Next.js does, would keep an event back until the next one, and nginx until its buffer is full.
      const held = { 'cache-control': 'no-store, no-transform', 'x-accel-buffering': 'no' };
      return answer(200, events, { 'content-type': 'text/event-stream', ...held });
    }
    return answer(200, JSON.stringify(take()), { 'content-type': 'application/json' });
  };

  const healthOf = async (request: Request): Promise<Response> => {
    if (!(await mayDo(request, 'health'))) return answer(403);
    const isOut = balanced.status().rings.some((ring) => ring.isOut);
    return answer(isOut ? 503 : 200, isOut ? 'unavailable' : 'ok', { 'content-type': 'text/plain' });
  };

  return async (request) => {
    const { method, url } = request;
    if (!METHODS.has(method)) return answer(405, null, { allow: [...METHODS].join(', ') });
    const { pathname, search, searchParams } = new URL(url);
    if (method === 'POST') {
      if (!(await mayDo(request, 'change'))) return answer(403);
      const status = await change(balanced, request, token);
      // Relative: a proxy may have taken off the beginning of the path. The query may be what the page is allowed by.
      const location = `./${pathname.slice(pathname.lastIndexOf('/') + 1)}${search}`;
      return answer(status, null, status === 303 ? { location } : {});
    }
    const response = await (searchParams.has('health') ? healthOf(request) : look(request));
    return method === 'HEAD' ? new Response(null, response) : response;
  };
}

const answer = (
  status: number,
  body: BodyInit | null = null,
  headers: Readonly<Record<string, string>> = {},
): Response => new Response(body, { status, headers: { ...HEADERS, ...headers } });

const policy = (nonce: string): string =>
  [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    "connect-src 'self'",
    // The icon of the page, which browsers would ask the server for otherwise.
    'img-src data:',
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

/** 128 bits that cannot be guessed. */
const randomText = (): string => crypto.randomUUID().replaceAll('-', '') + crypto.randomUUID().replaceAll('-', '');
