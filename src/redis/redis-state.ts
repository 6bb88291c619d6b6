import { InvalidSettingsError } from '../errors/invalid-settings-error.ts';
import { hash } from '../hash.ts';
import type { Admission, GateRecord, SharedState } from '../shared-state.ts';
import { type RedisClient, scriptRunner } from './client.ts';
import { ADMIT, OWNER, REPORT } from './scripts.ts';

/** Settings of `redisState()`. */
export interface RedisStateSettings {
  /** What all its keys begin with: apps that share a server, but no endpoints, have one each. @default 'balanced' */
  readonly prefix?: string | undefined;
  /** Milliseconds for which an answer is waited for; a blocked event loop counts as a fifth of them at the most. @default 50 */
  readonly timeoutMs?: number | undefined;
  /** Milliseconds after which what a process that died held is free again. At most an hour. @default 30_000 */
  readonly leaseMs?: number | undefined;
}

/** Services keep stored responses for as long (OpenAI's guide to conversation state). */
const OWNER_LASTS_MS = 30 * 24 * 3_600_000;

const LONGEST_LEASE_MS = 3_600_000;

/**
 * A state that several processes share in Redis, Valkey or what speaks their protocol: for `state` of `createBalancedProvider()`.
 * Takes a client of `redis` (node-redis) 5 or later, `ioredis` 5 or later or `@upstash/redis`, which stays the caller's own.
 *
 * @throws {InvalidSettingsError} when it is another client, or a setting is not valid.
 * @example
 * const client = await createClient({ url: process.env.REDIS_URL }).connect();
 * const balanced = createBalancedProvider({ endpoints, state: redisState(client, { prefix: 'my-app' }) });
 */
export function redisState(client: RedisClient, settings: RedisStateSettings = {}): SharedState {
  const runner = scriptRunner(client);
  const { prefix = 'balanced', timeoutMs = 50, leaseMs = 30_000 } = settings;
  refuseInvalid({ prefix, timeoutMs, leaseMs });
  const hashes = new Map<string, Promise<string>>();

  const run = async (script: string, keys: readonly string[], args: readonly string[]): Promise<unknown> => {
    const sha = hashes.get(script) ?? sha1(script);
    hashes.set(script, sha);
    try {
      return await runner.run('evalsha', await sha, keys, args);
    } catch (error) {
      if (!/NOSCRIPT/.test(String(error))) throw error;
      return runner.run('eval', script, keys, args);
    }
  };

  const ask = async (script: string, place: string, names: readonly string[], request: object): Promise<unknown> => {
    const keys = names.map((name) => `{${prefix}:${place}}:${name}`);
    const reply = await run(script, keys, [JSON.stringify({ ...request, leaseMs })]);
    // The REST client reads JSON by itself.
    return typeof reply === 'string' ? (JSON.parse(reply) as unknown) : reply;
  };

  const owner = async (id: string, ...set: readonly string[]): Promise<string | undefined> => {
    const reply = await run(OWNER, [`{${prefix}:o:${hash(id)}}`], [`${OWNER_LASTS_MS}`, ...set]);
    return typeof reply === 'string' && reply !== '' ? reply : undefined;
  };

  return {
    timeoutMs,
    leaseMs,
    isReady: () => runner.isReady(),
    onReady: (listener) => runner.onReady(listener),
    admit: async (request) => {
      const gates = request.claims.map(({ gate }) => gate);
      const admission = (await ask(ADMIT, request.place, ['p', ...gates], request)) as Admission;
      return { ...admission, gates: listOf(admission.gates) };
    },
    report: async (report) => {
      const gates = report.moves.map(({ gate }) => gate);
      return listOf(((await ask(REPORT, report.place, gates, report)) as Admission).gates);
    },
    ownerOf: (id) => owner(id),
    remember: async (id, mark) => void (await owner(id, mark)),
  };
}

/** Lua has no empty lists: what has nothing in it comes as an object. */
const listOf = (gates: readonly GateRecord[] | object): readonly GateRecord[] => (Array.isArray(gates) ? gates : []);

async function sha1(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-1', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const isLength = (value: unknown, most: number): boolean => typeof value === 'number' && value > 0 && value <= most;

function refuseInvalid({ prefix, timeoutMs, leaseMs }: Required<RedisStateSettings>): void {
  const problems = [
    // A second pair of braces would be another hash tag.
    ...(typeof prefix === 'string' && /^[^{}]+$/.test(prefix)
      ? []
      : [{ path: 'state.prefix', message: 'must be a string that is not empty and has no braces' }]),
    ...(isLength(timeoutMs, 60_000) ? [] : [{ path: 'state.timeoutMs', message: 'must be from 0 to 60000' }]),
    ...(isLength(leaseMs, LONGEST_LEASE_MS) ? [] : [{ path: 'state.leaseMs', message: 'must be from 0 to 3600000' }]),
  ];
  if (problems.length > 0) throw new InvalidSettingsError(problems);
}
