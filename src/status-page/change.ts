import type { BalancedProviderMembers } from '../create-balanced-provider.ts';

/** Bytes of a form: three short fields. */
const MOST_BYTES = 4_096;

/** Carries a form out. Returns the status of the answer: 303 when it was done. */
export async function change(
  balanced: Pick<BalancedProviderMembers, 'status' | 'drain' | 'resume' | 'reset'>,
  request: Request,
  token: string,
): Promise<303 | 400 | 403 | 413> {
  if (!isSameOrigin(request)) return 403;
  // One whose sender has left, or that `authorize` has read, holds no token.
  const body = await readBody(request).catch(() => '');
  if (body === undefined) return 413;
  const form = new URLSearchParams(body);
  if (form.get('token') !== token) return 403;
  const name = form.get('endpoint') ?? '';
  if (!balanced.status().endpoints.some((endpoint) => endpoint.name === name)) return 400;
  switch (form.get('action')) {
    case 'drain':
      // What is under way there may take minutes to end.
      void balanced.drain(name);
      return 303;
    case 'resume':
      balanced.resume(name);
      return 303;
    case 'reset':
      balanced.reset(name);
      return 303;
    default:
      return 400;
  }
}

/** A browser's own word counts, where it gives one: behind a proxy the URL of a request may be another than its page's. */
function isSameOrigin({ headers, url }: Request): boolean {
  const site = headers.get('sec-fetch-site');
  return site === null ? headers.get('origin') === new URL(url).origin : site === 'same-origin';
}

/** `undefined` for a body that is too large. */
async function readBody({ body }: Request): Promise<string | undefined> {
  if (body === null) return '';
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > MOST_BYTES) return undefined;
    text += decoder.decode(chunk, { stream: true });
  }
  return text;
}
