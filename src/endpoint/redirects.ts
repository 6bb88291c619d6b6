import type { Fetch } from './fetch.ts';

/** The method and the body are kept (RFC 9110, 15.4.8 and 15.4.9). */
const KEEPS_BODY: ReadonlySet<number> = new Set([307, 308]);
/** The Fetch standard's. */
const MOST_REDIRECTS = 20;

/**
 * Wraps `fetch` so that a redirect is followed only where nothing is lost and nothing leaks: by 307 or 308, within the origin or to
 * one of those given. Otherwise the redirect itself is the answer, which the SDK takes for a failure.
 *
 * Platforms follow every redirect. They make a GET of a POST that is answered by 301, 302 or 303, and to another origin they send all
 * but `authorization` (Fetch standard, "HTTP-redirect fetch"): `api-key`, the headers of gateways, and the prompt.
 */
export function withRedirects(fetch: Fetch, allowed: readonly string[] = []): Fetch {
  const origins = allowed.map((url) => new URL(url).origin);
  return async (input, init) => {
    let url = new URL(input instanceof Request ? input.url : input);
    for (let count = 0; ; count += 1) {
      const response = await fetch(url.href, { ...init, redirect: 'manual' });
      const target = KEEPS_BODY.has(response.status) ? targetOf(response, url) : undefined;
      if (target === undefined || ![url.origin, ...origins].includes(target.origin) || count === MOST_REDIRECTS)
        return response;
      await response.body?.cancel();
      url = target;
    }
  };
}

function targetOf(response: Response, from: URL): URL | undefined {
  const location = response.headers.get('location') ?? '';
  if (location === '' || !URL.canParse(location, from.href)) return undefined;
  const target = new URL(location, from.href);
  // `fetch` refuses these in words that repeat them.
  return target.username === '' && target.password === '' ? target : undefined;
}
