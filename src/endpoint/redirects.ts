import { type Fetch, urlOf } from './fetch.ts';
import type { ReadAnswer } from './read-streams.ts';

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
export function withRedirects(fetch: Fetch, read: ReadAnswer, allowed: readonly string[] = []): Fetch {
  const send = (url: string, init: RequestInit | undefined) => fetch(url, { ...init, redirect: 'manual' });
  const follow = async (first: Response, own: string, init: RequestInit | undefined): Promise<Response> => {
    let [response, url] = [first, own];
    for (let count = 0; KEEPS_BODY.has(response.status) && count < MOST_REDIRECTS; count += 1) {
      const target = targetOf(response, url);
      if (target === undefined || ![own, ...allowed].some((place) => new URL(place).origin === target.origin)) break;
      await response.body?.cancel();
      url = target.href;
      response = await send(url, init);
    }
    return read(response, own);
  };
  return (input, init) => {
    const own = urlOf(input);
    // Not one function with the loop: it would hold twice the memory for as long as an answer takes.
    return send(own, init).then((response) => follow(response, own, init));
  };
}

function targetOf(response: Response, from: string): URL | undefined {
  const location = response.headers.get('location') ?? '';
  if (location === '' || !URL.canParse(location, from)) return undefined;
  const target = new URL(location, from);
  // `fetch` refuses these in words that repeat them.
  return target.username === '' && target.password === '' ? target : undefined;
}
