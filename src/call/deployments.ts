import type { Deployment } from '../deployment/deployment.ts';

export type Deployments = ReadonlySet<Deployment>;

// Most calls succeed at once, and need no set.
export const NO_DEPLOYMENTS: Deployments = new Set();
export const withOne = (set: Deployments, one: Deployment): Deployments => new Set(set).add(one);
export const union = (one: Deployments, other: Deployments): Deployments =>
  other.size === 0 ? one : new Set([...one, ...other]);
