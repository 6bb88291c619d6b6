import { namesAccount } from './text-rules.ts';

/** Time limits of one attempt. Each ends the attempt and lets the next deployment try. */
export interface TimeoutSettings {
  /** Milliseconds from the start of a streaming attempt to its first content. @default no limit */
  readonly firstContentMs?: number | undefined;
  /** Milliseconds of waiting between two parts with content. Pings, empty deltas and metadata do not count as content. @default no limit */
  readonly idleMs?: number | undefined;
  /** Milliseconds for a whole attempt, a key function that hangs included. A stream's attempt lasts until its end. @default no limit */
  readonly attemptMs?: number | undefined;
}

/** What holds for calls that go to one endpoint, or to one of its deployments, which wins key by key. */
export interface CallDefaults {
  /** Time limits of one attempt there. @default `timeout` of the ring, key by key */
  readonly timeout?: TimeoutSettings | undefined;
  /**
   * Options of calls that go there, by provider. A call's own win, key by key.
   *
   * @example { openai: { serviceTier: 'flex' } }
   */
  readonly providerOptions?: Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined;
  /**
   * Headers of calls that go there. A call's own win, but not over one that names an account by its name (`auth`, `key`, `token`,
   * `secret` or `cookie` in it, `openai-organization`, `openai-project`), nor over `user-agent`. Those of an OpenAI or Azure endpoint
   * win over the key where they name its header.
   */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

export type Headers = Readonly<Record<string, string>>;
type Options = NonNullable<CallDefaults['providerOptions']>;

/** What the settings of an endpoint, or of a deployment, make of what holds otherwise. The same object when they say nothing. */
export function mergeDefaults(otherwise: CallDefaults, own: CallDefaults): CallDefaults {
  const { timeout, providerOptions, headers } = own;
  if (timeout === undefined && providerOptions === undefined && headers === undefined) return otherwise;
  const limits = Object.entries(timeout ?? {}).filter(([, limit]) => limit !== undefined);
  return Object.freeze({
    timeout: Object.freeze({ ...otherwise.timeout, ...Object.fromEntries(limits) }),
    providerOptions: mergeOptions(otherwise.providerOptions, providerOptions),
    headers: mergeHeaders(otherwise.headers, headers),
  });
}

/** Options by provider, of which some win, key by key. */
export function mergeOptions(otherwise: Options | undefined, winning: Options | undefined): Options | undefined {
  if (otherwise === undefined || winning === undefined) return winning ?? otherwise;
  const both = Object.keys(winning).filter((provider) => Object.hasOwn(otherwise, provider));
  const merged = both.map((provider) => [provider, { ...otherwise[provider], ...winning[provider] }] as const);
  return { ...otherwise, ...winning, ...Object.fromEntries(merged) };
}

/** Headers of a call with those that are configured, of which some stand. */
export function withCallHeaders(configured: Headers | undefined, ofCall: Headers | undefined): Headers | undefined {
  const standing = Object.entries(configured ?? {}).filter(([name]) => isStanding(name));
  return mergeHeaders(mergeHeaders(configured, ofCall), Object.fromEntries(standing));
}

/** Whether a header that is configured wins over a call's; the AI SDK names itself in the `user-agent` of each call. */
export const isStanding = (header: string): boolean => namesAccount(header) || header.toLowerCase() === 'user-agent';

/** Headers, of which some win, in whichever case their names are written. */
function mergeHeaders(otherwise: Headers | undefined, winning: Headers | undefined): Headers | undefined {
  if (otherwise === undefined || winning === undefined) return winning ?? otherwise;
  const names = new Set(Object.keys(winning).map((name) => name.toLowerCase()));
  const others = Object.entries(otherwise).filter(([name]) => !names.has(name.toLowerCase()));
  return { ...Object.fromEntries(others), ...winning };
}
