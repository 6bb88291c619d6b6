import type { Deployment } from '../deployment/deployment.ts';
import type { CallOptions } from '../sdk.ts';
import { type BalancedCallOptions, invalidOptions, PATH, readCallOptions } from '../settings/call-options.ts';
import type { ResolvedSettings } from '../settings/resolve-settings.ts';

/** What a call says of where it goes, and the deployments that it thereby cannot go to. */
export interface Wishes extends BalancedCallOptions {
  readonly barred: ReadonlySet<Deployment>;
}

/**
 * What a call says of where it goes; `undefined` when it says nothing.
 *
 * @param deployments that can serve its model.
 * @throws {InvalidSettingsError} when that cannot be followed.
 */
export function wishesOf(
  options: CallOptions,
  deployments: readonly Deployment[],
  { endpoints }: ResolvedSettings,
): Wishes | undefined {
  const given = readCallOptions(options, endpoints);
  if (given === undefined) return undefined;
  const { only, not } = given;
  const isBarred = ({ endpoint: { name } }: Deployment): boolean =>
    (only ?? [name]).every((each) => each !== name) || not?.includes(name) === true;
  const barred = new Set(deployments.filter(isBarred));
  if (barred.size < deployments.length) return { ...given, barred };
  const serving = deployments.map(({ endpoint }) => `"${endpoint.name}"`).join(', ');
  const path = `${PATH}.${only === undefined ? 'not' : 'only'}`;
  throw invalidOptions([{ path, message: `leaves no endpoint that serves this model; ${serving} would` }]);
}
