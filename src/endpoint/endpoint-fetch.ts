import { CredentialError } from '../errors/credential-error.ts';

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
    // The models were built with a placeholder, which must not reach the service.
    headers.delete('api-key');
    headers.set(header, header === 'authorization' ? `Bearer ${value}` : value);
    return (fetch ?? globalThis.fetch)(input, { ...init, headers });
  };
}

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
  if (typeof value !== 'string' || value === '') throw new CredentialError({ endpoint, setting });
  return value;
}

/**
 * Wraps `fetch` so that requests go to a deployment by the name it has there.
 *
 * The AI SDK guesses a model's abilities from its id, and does not know `my-dep` for a reasoning model. So the model is
 * built with the logical id, and its name is put into the request instead.
 */
export function withDeploymentName(fetch: Fetch | undefined, nameOf: (modelId: string) => string): Fetch {
  return (input, init) => {
    const send = fetch ?? globalThis.fetch;
    const modelId = modelOf(init?.body);
    const name = modelId === undefined ? undefined : nameOf(modelId);
    if (modelId === undefined || name === undefined || name === modelId) return send(input, init);
    return send(renameInUrl(input, modelId, name), { ...init, body: renameInBody(init?.body ?? null, name) });
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

/** `/deployments/{id}/chat/completions`, and with AI SDK 4 and a gateway's baseURL just `/{id}/chat/completions`. */
function renameInUrl(input: Parameters<Fetch>[0], modelId: string, name: string): Parameters<Fetch>[0] {
  if (input instanceof Request) return input;
  const url = new URL(input);
  const segments = url.pathname.split('/');
  const index = segments.lastIndexOf(encodeURIComponent(modelId));
  if (index === -1) return input;
  segments[index] = encodeURIComponent(name);
  url.pathname = segments.join('/');
  return url.toString();
}
