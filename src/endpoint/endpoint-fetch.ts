import { CredentialError } from '../errors/credential-error.ts';
import { headerValue } from '../settings/text-rules.ts';
import { type DeploymentUrls, deploymentUrl } from './deployment-url.ts';
import { PLACEHOLDER_KEY } from './provider-settings.ts';

type Fetch = typeof globalThis.fetch;

/** A header that is made anew for each attempt. */
export interface RotatingHeader {
  readonly setting: 'apiKey' | 'tokenProvider';
  readonly secret: () => string | PromiseLike<string>;
  readonly header: 'authorization' | 'api-key';
}

/** Wraps `fetch` so that the key or token is asked for at each attempt. */
export function withRotatingKey(fetch: Fetch | undefined, endpoint: string, rotating: RotatingHeader): Fetch {
  const { setting, secret, header } = rotating;
  return async (input, init) => {
    const value = await currentSecret(endpoint, setting, secret);
    const headers = new Headers(init?.headers);
    // The models were built with a placeholder, which must not reach the service; a header of the user's own must.
    if (headers.get('api-key') === PLACEHOLDER_KEY) headers.delete('api-key');
    if (headers.has(SPEECH_KEY)) {
      if (header === 'api-key') headers.set(SPEECH_KEY, value);
      else headers.delete(SPEECH_KEY);
    }
    headers.set(header, header === 'authorization' ? `Bearer ${value}` : value);
    return (fetch ?? globalThis.fetch)(input, { ...init, headers });
  };
}

/** Azure Speech, which some transcription models are served by, takes its key here. */
const SPEECH_KEY = 'ocp-apim-subscription-key';

async function currentSecret(
  endpoint: string,
  setting: RotatingHeader['setting'],
  secret: RotatingHeader['secret'],
): Promise<string> {
  let value: unknown;
  try {
    value = await secret();
  } catch (cause) {
    throw new CredentialError({ endpoint, setting, cause });
  }
  // What the platform says of such a value repeats it, and would be taken for the caller's own fault.
  if (typeof value !== 'string' || value === '' || headerValue(value) !== undefined)
    throw new CredentialError({ endpoint, setting });
  return value;
}

/**
 * Wraps `fetch` so that requests go to a deployment by the name it has there.
 *
 * The AI SDK guesses a model's abilities from its id, and does not know `my-dep` for a reasoning model. So the model is
 * built with the logical id, and its name is put into the request instead.
 */
export function withDeploymentName(
  fetch: Fetch | undefined,
  nameOf: (modelId: string) => string,
  urls: DeploymentUrls | undefined,
): Fetch {
  return (input, init) => {
    const send = fetch ?? globalThis.fetch;
    const modelId = modelOf(init?.body);
    const name = modelId === undefined ? undefined : nameOf(modelId);
    if (modelId === undefined || name === undefined) return send(input, init);
    const url =
      urls === undefined || input instanceof Request ? input : deploymentUrl(String(input), urls, modelId, name);
    if (name === modelId) return send(url, init);
    return send(url, { ...init, body: renameInBody(init?.body ?? null, name) });
  };
}

/** The model is the first key of each JSON body that the AI SDK writes: no need to parse a prompt of megabytes. */
const FIRST_KEY_IS_MODEL = /^\s*\{\s*"model"\s*:\s*("(?:[^"\\]|\\.)*")/;

function modelOf(body: unknown): string | undefined {
  if (body instanceof FormData) {
    const model = body.get('model');
    return typeof model === 'string' ? model : undefined;
  }
  if (typeof body !== 'string') return undefined;
  const quoted = FIRST_KEY_IS_MODEL.exec(body)?.[1];
  const model: unknown = quoted === undefined ? parseModel(body) : JSON.parse(quoted);
  return typeof model === 'string' ? model : undefined;
}

function parseModel(body: string): unknown {
  try {
    return (JSON.parse(body) as { model?: unknown }).model;
  } catch {
    return undefined;
  }
}

function renameInBody(body: BodyInit | null, name: string): BodyInit | null {
  if (body instanceof FormData) {
    body.set('model', name);
    return body;
  }
  if (typeof body !== 'string') return body;
  const match = FIRST_KEY_IS_MODEL.exec(body);
  if (match?.[1] === undefined) return JSON.stringify({ ...JSON.parse(body), model: name });
  const start = match[0].length - match[1].length;
  return body.slice(0, start) + JSON.stringify(name) + body.slice(match[0].length);
}
