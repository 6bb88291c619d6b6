import type { LanguageModelV4CallOptions, LanguageModelV4GenerateResult } from '@ai-sdk/provider';

import {
  type BalancedProvider,
  type BalancedProviderSettings,
  type CommonEndpointSettings,
  createBalancedProvider,
  type DeploymentStatus,
} from '../../src/index.ts';
import { type Behaviour, FakeEndpoint, prompt } from './fake-endpoint.ts';
import { happenings } from './fake-time.ts';
import { type Outcome, watch } from './outcome.ts';

/** What an endpoint does; or its settings, and what it does if not just answering. */
export type EndpointPlan = Behaviour | (CommonEndpointSettings & { readonly does?: Behaviour });

type CallOptions = Partial<LanguageModelV4CallOptions> & {
  /** @default 'm' */
  readonly modelId?: string;
};

export interface Ring<Endpoints extends readonly FakeEndpoint[] = readonly FakeEndpoint[]> {
  readonly endpoints: Endpoints;
  readonly balanced: BalancedProvider;
  /** Starts a call without a stream. */
  readonly ask: (options?: CallOptions) => Outcome<LanguageModelV4GenerateResult>;
  /** Starts so many calls at once, and lets everything happen that needs no time. */
  readonly askTimes: (
    count: number,
    options?: CallOptions,
  ) => Promise<readonly Outcome<LanguageModelV4GenerateResult>[]>;
  /** How many attempts each endpoint has had. */
  readonly attempts: () => readonly number[];
  /** How many attempts are under way at each endpoint. */
  readonly inFlight: () => readonly number[];
  /** The first deployment of an endpoint in `status()`. @default the first endpoint */
  readonly status: (endpoint?: number) => DeploymentStatus | undefined;
}

/** A ring of fake endpoints, `e0`, `e1`, …, that are asked in this order unless the settings say otherwise. */
export function buildRing<const Plans extends readonly EndpointPlan[]>(
  plans: Plans,
  settings: Partial<BalancedProviderSettings> = {},
): Ring<{ readonly [Index in keyof Plans]: FakeEndpoint }> {
  const built = plans.map((plan, index) => {
    const { does, name = `e${index}`, ...own } = 'generate' in plan ? { does: plan } : plan;
    const endpoint = new FakeEndpoint(name, does);
    return { endpoint, settings: endpoint.settings(own) };
  });
  const balanced = createBalancedProvider({
    endpoints: built.map((each) => each.settings),
    loadBalancing: false,
    ...settings,
  });
  const deploymentsByEndpoint = () => balanced.status().endpoints.map(({ deployments }) => deployments);
  const ask: Ring['ask'] = ({ modelId = 'm', ...options } = {}) =>
    watch(balanced(modelId).doGenerate({ prompt, ...options }));
  return {
    // One for each plan: `map` forgets the length of a tuple.
    endpoints: built.map(({ endpoint }) => endpoint) as { readonly [Index in keyof Plans]: FakeEndpoint },
    balanced,
    ask,
    askTimes: async (count, options) => {
      const calls = Array.from({ length: count }, () => ask(options));
      await happenings();
      return calls;
    },
    attempts: () => built.map(({ endpoint }) => endpoint.attempts.length),
    inFlight: () =>
      deploymentsByEndpoint().map((deployments) => deployments.reduce((sum, { inFlight }) => sum + inFlight, 0)),
    status: (endpoint = 0) => deploymentsByEndpoint()[endpoint]?.[0],
  };
}
