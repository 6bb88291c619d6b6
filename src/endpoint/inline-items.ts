import type { Fetch } from './fetch.ts';

type Item = Readonly<Record<string, unknown>>;

/** Carries items from the call to `fetch`, and goes no further. */
const HEADER = 'x-ai-sdk-load-balancer-items';

/**
 * Only we may put items into a request: apps hand on headers of their own users now and then. Made late, since some edge
 * runtimes have no randomness before the first request.
 */
let secret: string | undefined;
const ownSecret = (): string => (secret ??= crypto.randomUUID());

/** The header that makes {@link withInlineItems} send items in full. Headers take ASCII only. */
export const inlineItemsHeader = (items: ReadonlyMap<string, object>): Readonly<Record<string, string>> => ({
  [HEADER]: `${ownSecret()} ${encodeURIComponent(JSON.stringify(Object.fromEntries(items)))}`,
});

/**
 * Wraps `fetch` so that a request carries items in full which the AI SDK can only refer to by id. Its headers are a plain object.
 *
 * An answer to a request for approval means something only together with the request, which another endpoint has not
 * stored, and for which prompts have no part.
 */
export function withInlineItems(fetch: Fetch): Fetch {
  return (input, init) => {
    const given = init?.headers as Readonly<Record<string, string>> | undefined;
    if (given?.[HEADER] === undefined || typeof init?.body !== 'string') return fetch(input, init);
    const { [HEADER]: header, ...headers } = given;
    const [key, written] = header.split(' ', 2);
    if (key !== ownSecret() || written === undefined) return fetch(input, { ...init, headers });
    const items = JSON.parse(decodeURIComponent(written)) as Readonly<Record<string, Item>>;
    return fetch(input, { ...init, headers, body: insert(init.body, items) });
  };
}

function insert(body: string, items: Readonly<Record<string, Item>>): string {
  const request = JSON.parse(body) as { input?: readonly Item[] };
  const input = request.input?.flatMap((item) => {
    if (item['type'] === 'item_reference' && Object.hasOwn(items, item['id'] as string)) return [];
    const answered = item['approval_request_id'] as string | undefined;
    const full = answered !== undefined && Object.hasOwn(items, answered) ? items[answered] : undefined;
    return full === undefined ? [item] : [full, item];
  });
  return JSON.stringify({ ...request, input });
}
