import { InvalidArgumentError } from '@ai-sdk/provider';

import { CredentialError } from '../errors/credential-error.ts';
import { LruMap } from '../lru-map.ts';
import type { KeyFunction } from './key-function.ts';
import { isStanding } from '../settings/call-defaults.ts';
import { CONNECTION_HEADERS, headerValue, KEY_HEADERS } from '../settings/text-rules.ts';
import { VERSION } from '../version.ts';
import { type Fetch, urlOf } from './fetch.ts';

/** A key or token, and the header that carries it. */
export interface Credential {
  readonly setting: 'apiKey' | 'tokenProvider';
  readonly header: 'authorization' | 'api-key';
  /** A function is asked at each attempt, so that keys can rotate. */
  readonly secret: string | KeyFunction;
}

/** What an endpoint says in each of its requests. */
export interface OwnHeaders {
  /** Name of the endpoint, for errors. */
  readonly endpoint: string;
  readonly credential: Credential;
  readonly headers: Readonly<Record<string, string>>;
  /** Where the endpoint is: URLs that begin otherwise get none of it. */
  readonly prefixes: readonly string[];
}

/** Azure Speech, which some transcription models are served by, takes its key here. */
const SPEECH_KEY = 'ocp-apim-subscription-key';
const SPEECH_PATH = '/speechtotext/';

/**
 * Wraps `fetch` so that the key of an endpoint, and what of its headers names an account, stand, whatever a call says: apps hand on
 * headers of their own users, and a call does not know which endpoint it goes to. Other headers are the provider's to add.
 */
export function withOwnHeaders(fetch: Fetch, { endpoint, credential, headers, prefixes }: OwnHeaders): Fetch {
  const own = Object.entries(headers).filter(([name]) => isStanding(name));
  const namesAgent = own.some(([name]) => name.toLowerCase() === 'user-agent');
  const agents = new LruMap<string, string>(MOST_AGENTS);
  return async (input, init) => {
    const url = urlOf(input);
    if (!prefixes.some((prefix) => url.startsWith(prefix))) return fetch(input, init);
    const sent = readHeaders(init?.headers);
    const doubtful = CONNECTION_HEADERS.filter((name) => sent.has(name));
    for (const name of NOT_OF_A_CALL) sent.delete(name);
    const { secret: given } = credential;
    const secret = typeof given === 'string' ? given : await currentSecret(endpoint, credential.setting, given.get);
    const [header, shown] = headerOf(credential, secret);
    sent.set(url.includes(SPEECH_PATH) && header === 'api-key' ? SPEECH_KEY : header, shown);
    for (const [name, value] of own) sent.set(name, value);
    // A plain object takes a third of the memory while the answer is awaited.
    const plain: Record<string, string> = Object.fromEntries(sent);
    if (!namesAgent) plain['user-agent'] = withOwnAgent(plain['user-agent'], agents);
    const sending = fetch(input, { ...init, headers: plain });
    const response = typeof given === 'string' ? sending : sending.then((answer) => tellRefusal(answer, given, secret));
    if (doubtful.length === 0) return response;
    return response.catch((error: unknown) => {
      throw isRefusal(error) ? refused(doubtful, error) : error;
    });
  };
}

/** The header that carries a key of a function now. */
export async function keyHeader(
  endpoint: string,
  credential: Credential,
  { get }: KeyFunction,
): Promise<Readonly<Record<string, string>>> {
  return Object.fromEntries([headerOf(credential, await currentSecret(endpoint, credential.setting, get))]);
}

const headerOf = ({ header }: Credential, secret: string): readonly [name: string, value: string] => [
  header,
  header === 'authorization' ? `Bearer ${secret}` : secret,
];

/**
 * Credentials, of which a second one may be what the service looks at; and what is true of the message that an app hands on, and wrong
 * in ours: platforms write it themselves, but some would send what is given.
 */
const NOT_OF_A_CALL = [...KEY_HEADERS, 'content-length', 'host'];

/** Of undici: the request was refused before anything was sent. */
const REFUSALS: ReadonlySet<unknown> = new Set(['UND_ERR_INVALID_ARG', 'UND_ERR_NOT_SUPPORTED']);

const isRefusal = (error: unknown): boolean =>
  error instanceof TypeError && REFUSALS.has((error.cause as { readonly code?: unknown } | undefined)?.code);

/** The AI SDK's own error for what a call was given: no endpoint is to blame. */
const refused = (names: readonly string[], cause?: unknown): InvalidArgumentError =>
  new InvalidArgumentError({
    argument: 'headers',
    message: `A call cannot set these headers: ${names.join(', ')}.`,
    cause,
  });

const OWN_AGENT = `ai-sdk-load-balancer/${VERSION}`;

/**
 * Adds the name of this package to what the app and the SDK call themselves, as the providers of the AI SDK do with theirs
 * (`withUserAgentSuffix` in `@ai-sdk/provider-utils`).
 */
function withOwnAgent(agent: string | undefined, known: LruMap<string, string>): string {
  if (agent === undefined) return OWN_AGENT;
  const seen = known.get(agent);
  if (seen !== undefined) return seen;
  const whole = `${agent} ${OWN_AGENT}`;
  known.set(agent, whole);
  return whole;
}

/** One text for all requests that say the same: each would be held for as long as its answer takes. */
const MOST_AGENTS = 10;

/** The platform's own words may quote a value. */
function readHeaders(headers: RequestInit['headers']): Headers {
  try {
    return new Headers(headers);
  } catch {
    const message = 'The headers of a call have a name or a value that no header can have.';
    throw new InvalidArgumentError({ argument: 'headers', message });
  }
}

function tellRefusal(answer: Response, key: KeyFunction, secret: string): Response {
  if (answer.status === 401 || answer.status === 403) key.refuse(secret);
  return answer;
}

async function currentSecret(
  endpoint: string,
  setting: Credential['setting'],
  secret: KeyFunction['get'],
): Promise<string> {
  let value: unknown;
  try {
    value = await secret();
  } catch (cause) {
    throw new CredentialError({ endpoint, setting, cause });
  }
  // What the platform says of such a value repeats it, and would be taken for the call's own fault.
  if (typeof value !== 'string' || value === '' || headerValue(value) !== undefined) {
    throw new CredentialError({ endpoint, setting });
  }
  return value;
}
