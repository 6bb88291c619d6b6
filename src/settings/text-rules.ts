/**
 * What a text must be: returns what is wrong with it, as the rest of a sentence, or `undefined`. It repeats nothing of the text,
 * which may be a secret or hold one.
 */
export type TextRule = (value: string) => string | undefined;

/** Asked beforehand, since what the platform says of a header that it refuses may quote it. */
export const headerValue: TextRule = (value) =>
  isHeaders({ any: value }) ? undefined : 'has a character that no header can have';

/** What belongs to the connection or to one message: undici refuses to send these, some of them by their value. */
export const CONNECTION_HEADERS = [
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'transfer-encoding',
  'upgrade',
];

/** What carries a key; the last one is Azure Speech's, which some transcription models are served by. */
export const KEY_HEADERS = ['authorization', 'api-key', 'ocp-apim-subscription-key'];

/**
 * Whether a header names an account, or may: apps hand on the headers of their own users, and a wrong key of a gateway would take its
 * endpoint out for all.
 */
export const namesAccount = (header: string): boolean =>
  /auth|key|token|secret|cookie|^openai-(?:organization|project)$/i.test(header);

/** Whether the platform takes them for headers. */
export function isHeaders(headers: Readonly<Record<string, string>>): boolean {
  try {
    return new Headers(headers) instanceof Headers;
  } catch {
    return false;
  }
}

/** A URL prefix to which paths are appended. */
export const urlPrefix: TextRule = (value) => {
  if (/\s/.test(value)) return 'has blanks in it';
  if (!URL.canParse(value)) return 'is not a URL: it must begin with https:// or http://';
  const { protocol, username, password } = new URL(value);
  if (protocol !== 'https:' && protocol !== 'http:') return 'is not an http or https URL';
  // `fetch` refuses these in words that repeat them.
  if (username !== '' || password !== '') return 'has a user name or a password in it: they belong into headers';
  if (value.includes('?')) return 'has a query (?), and paths are appended to it';
  return value.includes('#') ? 'has a fragment (#), and paths are appended to it' : undefined;
};

/** The prefix of a service that speaks OpenAI's API, or of a gateway: its path is its own, but operations are appended to it. */
export const servicePrefix: TextRule = (value) => {
  const problem = urlPrefix(value);
  if (problem !== undefined) return problem;
  const { hostname, pathname } = new URL(value);
  if (/(?:^|\.)api\.openai\.com$/.test(hostname) && !/^\/v1\/*$/.test(pathname)) {
    return `is not where OpenAI has its API: that is https://${hostname}/v1`;
  }
  const isOperation = /\/(?:completions|embeddings|responses)\/*$/.test(pathname);
  return isOperation ? 'ends in the name of an operation, which is appended to it' : undefined;
};

/** A URL prefix without a path. */
export const origin: TextRule = (value) =>
  urlPrefix(value) ?? (new URL(value).pathname === '/' ? undefined : 'has a path; an origin has none');

/** One DNS label, as @ai-sdk/azure 4 demands: anything else would send the key to another host. */
export const resourceName: TextRule = (value) =>
  /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i.test(value)
    ? undefined
    : 'is no name of a resource, which has letters, digits and hyphens: use baseURL or baseURLEnv for a URL';

/** The name of an environment variable. */
export const variableName: TextRule = (value) =>
  /^[A-Za-z_][A-Za-z0-9_]*$/.test(value) ? undefined : 'must be the name of an environment variable';

/**
 * Whether a text is safe to show as the name of a variable: upper-case words, each shorter than any key. A key that stands there by
 * mistake (`gsk_…`, `hf_…`, 32 hexadecimal digits) is none.
 */
export const isTellingVariable = (name: string): boolean => /^[A-Z][A-Z0-9]{0,15}(?:_[A-Z0-9]{1,16})*$/.test(name);
