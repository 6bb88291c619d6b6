import { InvalidSettingsError } from '../errors/invalid-settings-error.ts';

/** A client of `redis` (node-redis) 5 or later, of one server or of a cluster. */
export interface NodeRedisClient {
  readonly isReady?: boolean;
  readonly isOpen: boolean;
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  evalSha(sha: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  on(event: string, listener: () => void): unknown;
}

/** A client of `ioredis` 5 or later: `Redis` or `Cluster`. */
export interface IoredisClient {
  readonly status: string;
  eval(script: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>;
  evalsha(sha: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>;
  on(event: 'ready', listener: () => void): unknown;
}

/** A client of `@upstash/redis`, which asks over HTTP. */
export interface UpstashClient {
  eval(script: string, keys: string[], args: string[]): Promise<unknown>;
  evalsha(sha: string, keys: string[], args: string[]): Promise<unknown>;
}

/** The clients that `redisState()` takes. */
export type RedisClient = NodeRedisClient | IoredisClient | UpstashClient;

/** What is needed of any of them. */
export interface ScriptRunner {
  isReady(): boolean;
  onReady(listener: () => void): void;
  /** Runs a script by its text, or by its hash, which the server may not know. */
  run(how: 'eval' | 'evalsha', script: string, keys: readonly string[], args: readonly string[]): Promise<unknown>;
}

/** @throws {InvalidSettingsError} when it is a client of none of the three. */
export function scriptRunner(client: RedisClient): ScriptRunner {
  const given: object = typeof client === 'object' && client !== null ? client : {};
  if (hasFunction(given, 'evalSha')) return ofNodeRedis(given as NodeRedisClient);
  if (!hasFunction(given, 'evalsha')) {
    const message = 'must be a client of redis (node-redis), ioredis or @upstash/redis';
    throw new InvalidSettingsError([{ path: 'state: the client of redisState()', message }]);
  }
  // The REST client has no connection, and so no status of one.
  return 'status' in given ? ofIoredis(given as IoredisClient) : ofUpstash(given as UpstashClient);
}

const hasFunction = (client: object, name: string): boolean =>
  typeof (client as Readonly<Record<string, unknown>>)[name] === 'function';

const ofNodeRedis = (client: NodeRedisClient): ScriptRunner => ({
  isReady: () => client.isReady ?? client.isOpen,
  onReady: (listener) => void client.on('ready', listener),
  run: (how, script, keys, args) => {
    const options = { keys: [...keys], arguments: [...args] };
    return how === 'eval' ? client.eval(script, options) : client.evalSha(script, options);
  },
});

const ofIoredis = (client: IoredisClient): ScriptRunner => ({
  isReady: () => client.status === 'ready',
  onReady: (listener) => void client.on('ready', listener),
  run: (how, script, keys, args) => client[how](script, keys.length, ...keys, ...args),
});

const ofUpstash = (client: UpstashClient): ScriptRunner => ({
  isReady: () => true,
  onReady: () => undefined,
  run: (how, script, keys, args) => client[how](script, [...keys], [...args]),
});
