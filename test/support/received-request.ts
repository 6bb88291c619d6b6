import type { IncomingMessage } from 'node:http';

/** What a request asks for, told by the end of its path. */
export type Operation =
  | 'chat'
  | 'responses'
  | 'completions'
  | 'embeddings'
  | 'images'
  | 'transcriptions'
  | 'speech'
  | 'decisions';

/** How a request's life ended, as seen by the service. `closed-by-client` is what a cancelled call leaves. */
export type Outcome = 'answered' | 'cut-by-service' | 'closed-by-client';

/** One request as the service got it. */
export interface ReceivedRequest {
  /** 0 for the first. */
  readonly index: number;
  /** `performance.now()` at its arrival. */
  readonly arrivedAtMs: number;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly operation: Operation | undefined;
  /** Azure OpenAI when the path starts with `/openai`. */
  readonly shape: 'openai' | 'azure';
  /** The deployment that the path names, as the dated api-versions of Azure do. */
  readonly deployment: string | undefined;
  /** What is asked to answer: the deployment in the path, else `model` in the body. */
  readonly model: string | undefined;
  /** A JSON body, or the text fields of a form; empty when it is neither. */
  readonly json: Readonly<Record<string, unknown>>;
  readonly streaming: boolean;
  /** Settles when the response is over, in whatever way. */
  readonly ended: Promise<Outcome>;
}

export type RequestContents = Omit<ReceivedRequest, 'index' | 'arrivedAtMs' | 'ended'>;

const operationsByPath: readonly (readonly [string, Operation])[] = [
  ['/chat/completions', 'chat'],
  ['/completions', 'completions'],
  ['/responses', 'responses'],
  ['/embeddings', 'embeddings'],
  ['/images/generations', 'images'],
  ['/images/edits', 'images'],
  ['/audio/transcriptions', 'transcriptions'],
  ['/audio/speech', 'speech'],
  ['/decisions', 'decisions'],
];

export async function readRequest(incoming: IncomingMessage): Promise<RequestContents> {
  const url = new URL(incoming.url ?? '/', 'http://service.local');
  const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
  const json = await readBody(incoming, headers['content-type'] ?? '');
  const operation = operationsByPath.find(([ending]) => url.pathname.endsWith(ending));
  const deployment = operation && deploymentIn(url.pathname, operation[0]);
  const named = json['model'];
  return {
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers,
    operation: operation?.[1],
    shape: url.pathname.startsWith('/openai') ? 'azure' : 'openai',
    deployment,
    model: deployment ?? (typeof named === 'string' ? named : undefined),
    json,
    streaming: json['stream'] === true,
  };
}

function deploymentIn(path: string, ending: string): string | undefined {
  const found = /^\/openai\/deployments\/([^/]+)$/.exec(path.slice(0, -ending.length))?.[1];
  return found === undefined ? undefined : decodeURIComponent(found);
}

async function readBody(incoming: IncomingMessage, contentType: string): Promise<Readonly<Record<string, unknown>>> {
  const chunks: Buffer<ArrayBuffer>[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  if (contentType.startsWith('multipart/form-data')) {
    const form = await new Response(bytes, { headers: { 'content-type': contentType } }).formData();
    return Object.fromEntries([...form].filter(([, value]) => typeof value === 'string'));
  }
  if (!contentType.startsWith('application/json')) return {};
  const parsed: unknown = JSON.parse(bytes.toString('utf8'));
  return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
}
