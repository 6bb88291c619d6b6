import { type Fetch, urlOf } from './fetch.ts';

/** Makes the URL of a request of the one that the SDK has made for a model id. The name is the deployment's. */
export type RewriteURL = (url: string, modelId: string | undefined, name: string | undefined) => string;

/**
 * Wraps `fetch` so that requests go to a deployment by the name it has there.
 *
 * The AI SDK guesses a model's abilities from its id, and does not know `my-dep` for a reasoning model. So the model is
 * built with the logical id, and its name is put into the request instead.
 */
export function withDeploymentName(fetch: Fetch, nameOf: (modelId: string) => string, rewriteURL: RewriteURL): Fetch {
  return async (input, init) => {
    const modelId = modelOf(init?.body);
    const name = modelId === undefined ? undefined : nameOf(modelId);
    const url = rewriteURL(urlOf(input), modelId, name);
    if (name === undefined || name === modelId) return fetch(url, init);
    return fetch(url, { ...init, body: renameInBody(init?.body ?? null, name) });
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
