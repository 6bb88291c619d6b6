import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import { Redis as Upstash } from '@upstash/redis';
import { Redis as Ioredis } from 'ioredis';
import { createClient } from 'redis';

import type { RedisClient } from '../../src/redis/client.ts';

/** A client, and how to be rid of it. */
export interface ConnectedClient {
  readonly client: RedisClient;
  close(): Promise<void>;
}

export const CLIENTS = {
  redis: nodeRedis,
  ioredis,
  '@upstash/redis': upstash,
} as const satisfies Readonly<Record<string, (url: string) => Promise<ConnectedClient>>>;

export async function nodeRedis(url: string) {
  const client = createClient({ url, socket: { reconnectStrategy: 50 } });
  client.on('error', () => undefined);
  await client.connect();
  return { client, close: async () => client.destroy() };
}

async function ioredis(url: string): Promise<ConnectedClient> {
  const client = new Ioredis(url, { retryStrategy: () => 50 });
  client.on('error', () => undefined);
  await once(client, 'ready');
  return { client, close: async () => client.disconnect() };
}

async function upstash(url: string): Promise<ConnectedClient> {
  const rest = await startRest(url);
  const client = new Upstash({ url: rest.url, token: 'test', enableTelemetry: false });
  return { client, close: () => rest.close() };
}

/** What speaks REST in front of a server: a list of strings for each command. */
export async function startRest(url: string): Promise<{ readonly url: string; close(): Promise<void> }> {
  const { client: behind, close } = await nodeRedis(url);
  const run = async (command: readonly unknown[]) => {
    try {
      const result = await behind.sendCommand(command.map(String));
      // As the client asks for it, by a header.
      return {
        result: typeof result === 'string' && result !== 'OK' ? Buffer.from(result).toString('base64') : result,
      };
    } catch (error) {
      return { error: (error as Error).message };
    }
  };
  const server = createServer((request, response) => {
    void (async () => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      const commands = JSON.parse(body) as readonly unknown[];
      const isPipeline = Array.isArray(commands[0]);
      const replies = isPipeline ? await Promise.all((commands as unknown[][]).map(run)) : await run(commands);
      response.statusCode = 'error' in replies ? 400 : 200;
      response.end(JSON.stringify(replies));
    })();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await close();
    },
  };
}
