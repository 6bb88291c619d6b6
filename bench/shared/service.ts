import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const BODY = JSON.stringify({
  id: 'c',
  object: 'chat.completion',
  created: 1,
  model: 'gpt-5',
  choices: [{ index: 0, message: { role: 'assistant', content: 'hello' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
});

const SERVICE_MS = 200;

/** A request that has arrived. */
export interface Arrival {
  readonly at: number;
  readonly process: string;
  readonly isRefused: boolean;
}

/** Endpoints at `/0`, `/1`, … with quotas that refill continuously, as OpenAI's do, and that refuse what is too much. */
export async function startService(quotas: readonly number[]) {
  const arrivals: Arrival[] = [];
  const buckets = quotas.map((perMinute) => ({ level: perMinute, at: performance.now() }));
  const server = createServer((request, response) => {
    const index = Number(request.url?.split('/')[1]);
    const [bucket, perMinute] = [buckets[index], quotas[index]];
    if (bucket === undefined || perMinute === undefined) return void response.writeHead(404).end();
    const at = performance.now();
    bucket.level = Math.min(perMinute, bucket.level + ((at - bucket.at) * perMinute) / 60_000);
    bucket.at = at;
    const isRefused = bucket.level < 1;
    if (!isRefused) bucket.level -= 1;
    arrivals.push({ at, process: String(request.headers['x-process']), isRefused });
    request.resume();
    if (isRefused) {
      const waitMs = Math.ceil(((1 - bucket.level) * 60_000) / perMinute);
      response.writeHead(429, { 'retry-after-ms': `${waitMs}`, 'content-type': 'application/json' });
      return void response.end('{"error":{"message":"Rate limit reached","code":"rate_limit_exceeded"}}');
    }
    setTimeout(() => response.writeHead(200, { 'content-type': 'application/json' }).end(BODY), SERVICE_MS);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    arrivals,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
