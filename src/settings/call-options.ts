import { InvalidSettingsError, type SettingsProblem } from '../errors/invalid-settings-error.ts';
import type { CallOptions } from '../sdk.ts';
import { anything, atLeast, type Check, filledList, list, must, object, oneOf, wholeFrom } from './check.ts';

/**
 * What one call may say of where it goes, in `providerOptions.balanced`. It can only narrow what the provider's settings allow, since
 * it may come through a browser.
 */
// A type, not an interface, and with lists that are not `readonly`: `providerOptions` takes nothing else for JSON.
export type BalancedCallOptions = {
  /** The only endpoints that the call may go to, by name. */
  readonly only?: string[];
  /** Endpoints that the call must not go to, by name. */
  readonly not?: string[];
  /** Endpoints to be asked first and in this order, whatever their priority; the rest as ever. */
  readonly order?: string[];
  /** Milliseconds that the call waits for capacity; a longer time than the `maxWaitMs` of the settings counts as that. */
  readonly maxWaitMs?: number;
  /**
   * `background`: work that could wait. Interactive calls come first in the queue, and background calls get what is left, but at least
   * a tenth of what is served. @default 'interactive'
   */
  readonly urgency?: 'interactive' | 'background';
  /** Attempts of the whole call, with all its rounds and hedges. At least 1. */
  readonly maxAttempts?: number;
  /** The endpoint, by its name or by the mark that content parts carry, that has stored what the call goes on from. */
  readonly endpoint?: string | null;
  /** Calls with the same key go to the same deployment, as long as that is available and not overloaded. */
  readonly affinityKey?: string;
};

/** What results carry beside `endpoint`: it may be handed back with them. */
const OF_RESULTS: ReadonlySet<string> = new Set(['attempts', 'modelId']);

/** Where they stand. */
export const PATH = 'providerOptions.balanced';

/**
 * Reads what a call says of where it goes.
 *
 * @throws {InvalidSettingsError} that lists every problem.
 */
export function readCallOptions(
  { providerOptions, providerMetadata }: CallOptions,
  endpoints: readonly { readonly name: string }[],
): BalancedCallOptions | undefined {
  // v1 calls the options of a call `providerMetadata`.
  const given = (providerOptions ?? (providerMetadata as CallOptions['providerOptions']))?.['balanced'];
  if (given === undefined || given === null) return undefined;
  const all = endpoints.map(({ name }) => name);
  const isKnown = must<string>(`is no endpoint; there are ${all.map((name) => `"${name}"`).join(', ')}`, (name) =>
    all.includes(name),
  );
  const known: Readonly<Record<keyof BalancedCallOptions, Check>> = {
    only: filledList('must be a list of names of endpoints', isKnown),
    not: list('must be a list of names of endpoints', isKnown),
    order: list('must be a list of names of endpoints', isKnown),
    maxWaitMs: atLeast(0),
    maxAttempts: wholeFrom(1),
    urgency: oneOf('interactive', 'background'),
    // Opaque: a mark may be of an endpoint that is gone.
    endpoint: anything,
    affinityKey: anything,
  };
  // JSON has no `undefined`.
  const said = Object.entries(given).filter(([name, value]) => value !== null && !OF_RESULTS.has(name));
  const problems = object(known)(Object.fromEntries(said), PATH);
  if (problems.length > 0) throw invalidOptions(problems);
  return given;
}

/** The error of a call whose options cannot be followed. */
export const invalidOptions = (problems: readonly SettingsProblem[]): InvalidSettingsError =>
  new InvalidSettingsError(problems, 'The options of a call');
