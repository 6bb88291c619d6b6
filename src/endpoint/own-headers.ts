import { InvalidArgumentError } from '@ai-sdk/provider';

import { isStanding } from '../settings/call-defaults.ts';
import { CONNECTION_HEADERS, KEY_HEADERS } from '../settings/text-rules.ts';
import { VERSION } from '../version.ts';
import { type Fetch, urlOf } from './fetch.ts';
import { type KeyFunction, type KeyHeader, keyIn } from './key-function.ts';

/** What an endpoint says in each of its requests. */
export interface OwnHeaders {
  /** Where it has its key or token. */
  readonly header: KeyHeader;
  readonly secret: string | KeyFunction;
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
export function withOwnHeaders(fetch: Fetch, { header, secret, headers, prefixes }: OwnHeaders): Fetch {
  const own = Object.entries(headers).filter(([name]) => isStanding(name));
  return async (input, init) => {
    const url = urlOf(input);
    if (!prefixes.some((prefix) => url.startsWith(prefix))) return fetch(input, init);
    const sent = readHeaders(init?.headers);
    const doubtful = CONNECTION_HEADERS.filter((name) => sent.has(name));
    for (const name of NOT_OF_A_CALL) sent.delete(name);
    const key = typeof secret === 'string' ? secret : await secret.current();
    sent.set(url.includes(SPEECH_PATH) && header === 'api-key' ? SPEECH_KEY : header, keyIn(header, key));
    sent.set('user-agent', withOwnAgent(sent.get('user-agent')));
    for (const [name, value] of own) sent.set(name, value);
    // A plain object takes a third of the memory while the answer is awaited.
    const sending = fetch(input, { ...init, headers: Object.fromEntries(sent) });
    const response = typeof secret === 'string' ? sending : sending.then((answer) => tellRefusal(answer, secret, key));
    if (doubtful.length === 0) return response;
    return response.catch((error: unknown) => {
      throw isRefusal(error) ? refused(doubtful, error) : error;
    });
  };
}

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
const refused = (names: readonly string[], cause: unknown): InvalidArgumentError =>
  new InvalidArgumentError({
    argument: 'headers',
    message: `A call cannot set these headers: ${names.join(', ')}.`,
    cause,
  });

const OWN_AGENT = `ai-sdk-load-balancer/${VERSION}`;

let agentOfLastCall: string | null = null;
let agent = OWN_AGENT;

/**
 * Adds the name of this package to what the app and the SDK call themselves, as the providers of the AI SDK do with theirs
 * (`withUserAgentSuffix` in `@ai-sdk/provider-utils`). One text for calls that say the same: each is held until the answer is there.
 */
function withOwnAgent(ofCall: string | null): string {
  if (ofCall !== agentOfLastCall) agent = ofCall === null ? OWN_AGENT : `${ofCall} ${OWN_AGENT}`;
  agentOfLastCall = ofCall;
  return agent;
}

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
