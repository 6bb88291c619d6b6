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
    return fetch(url, name === undefined || name === modelId ? init : { ...init, body: renamed(init?.body, name) });
  };
}

/** The model is the first key of each JSON body that the AI SDK writes: no need to parse a prompt of megabytes. */
const FIRST_KEY_IS_MODEL = /^(\s*\{\s*"model"\s*:\s*)("(?:[^"\\]|\\.)*")/;

function modelOf(body: unknown): string | undefined {
  const quoted = typeof body === 'string' ? FIRST_KEY_IS_MODEL.exec(body)?.[2] : undefined;
  const model: unknown = body instanceof FormData ? body.get('model') : quoted && JSON.parse(quoted);
  return typeof model === 'string' ? model : undefined;
}

function renamed(body: RequestInit['body'] = null, name: string): BodyInit | null {
  if (body instanceof FormData) body.set('model', name);
  if (typeof body !== 'string') return body;
  return body.replace(FIRST_KEY_IS_MODEL, (_, before: string) => before + JSON.stringify(name));
}
