import { classifyFailure } from '../failure/classify-failure.ts';
import type { RejectionReason } from '../failure/failure.ts';
import { guardedClassifier } from '../failure/guarded-classifier.ts';
import type { DeploymentSettings, EndpointSettings } from './endpoint-settings.ts';
import { type Headers, mergeDefaults, type TimeoutSettings } from './call-defaults.ts';
import { endpointNames } from './endpoint-names.ts';
import type { BalancedProviderSettings } from './settings.ts';

/** The settings with every default filled in. Nothing below reads a default again. */
export type ResolvedSettings = ReturnType<typeof resolveSettings>;

/** An endpoint's settings with what every endpoint has filled in. */
export type ResolvedEndpoint = ResolvedSettings['endpoints'][number];

/** Python's `COOLDOWN_PERIOD`: ten minutes. */
const TEN_MINUTES_MS = 600_000;

/** Fills in the defaults of settings that are valid. */
export function resolveSettings(settings: BalancedProviderSettings) {
  const { retry = {} } = settings;
  const minDelayMs = retry.minDelayMs ?? Math.min(1_000, retry.maxDelayMs ?? 1_000);
  const timeout: TimeoutSettings = Object.freeze({ ...settings.timeout });
  return Object.freeze({
    endpoints: resolveEndpoints(settings.endpoints, timeout),
    modelMapping: new Map(Object.entries(settings.modelMapping ?? {})),
    fallbacks: new Map(Object.entries(settings.fallbacks ?? {})),
    fallbackAfterMs: settings.fallbackAfterMs ?? 0,
    failureThreshold: settings.failureThreshold ?? 5,
    cooldown: resolveCooldown(settings.cooldownMs),
    misconfiguredCooldownMs: settings.misconfiguredCooldownMs ?? TEN_MINUTES_MS,
    picker: settings.picker ?? ((settings.loadBalancing ?? true) ? 'round-robin' : 'in-order'),
    random: settings.random ?? (() => Math.random()),
    detectHangs: settings.detectHangs ?? true,
    maxWaitMs: resolveMaxWait(settings.maxWaitMs),
    maxWaiting: settings.maxWaiting ?? 1_000,
    maxRateLimitMs: settings.maxRateLimitMs ?? 300_000,
    api: settings.api,
    retry: Object.freeze({
      rounds: retry.rounds ?? 3,
      minDelayMs,
      maxDelayMs: retry.maxDelayMs ?? Math.max(60_000, minDelayMs),
      factor: retry.factor ?? 2,
      jitter: retry.jitter ?? true,
    }),
    timeout,
    totalTimeoutMs: settings.totalTimeoutMs,
    hedge: resolveHedge(settings.hedge),
    affinity: settings.affinity ?? true,
    failoverOn: new Set<RejectionReason>(settings.failoverOn),
    classifyFailure: settings.classifyFailure
      ? guardedClassifier(settings.classifyFailure, classifyFailure)
      : classifyFailure,
    metadata: settings.metadata ?? true,
    statefulAffinity: settings.statefulAffinity ?? true,
    allowMixedEmbeddings: settings.allowMixedEmbeddings ?? false,
    onMissingCredentials: settings.onMissingCredentials ?? 'throw',
    state: settings.state,
  });
}

function resolveMaxWait(maxWaitMs: BalancedProviderSettings['maxWaitMs'] = {}) {
  if (typeof maxWaitMs === 'number') return Object.freeze({ interactive: maxWaitMs, background: maxWaitMs });
  const { interactive = 60_000, background = 60_000 } = maxWaitMs;
  return Object.freeze({ interactive, background });
}

/** Without `afterMs` it is learned. */
function resolveHedge(hedge: BalancedProviderSettings['hedge'] = false) {
  if (hedge === false) return undefined;
  const { afterMs, maxExtra = 0.05 } = hedge === true ? {} : hedge;
  return Object.freeze({ afterMs, maxExtra });
}

function resolveCooldown(cooldownMs: BalancedProviderSettings['cooldownMs'] = {}) {
  if (typeof cooldownMs === 'number') {
    return Object.freeze({ initialMs: cooldownMs, factor: 1, maxMs: cooldownMs, jitter: false });
  }
  // 12 s at the most: an endpoint that heals just after a failed probe serves again within 15 s, the probe included.
  const initialMs = cooldownMs.initialMs ?? Math.min(5_000, cooldownMs.maxMs ?? 5_000);
  const maxMs = cooldownMs.maxMs ?? Math.max(12_000, initialMs);
  return Object.freeze({ initialMs, factor: cooldownMs.factor ?? 2.4, maxMs, jitter: true });
}

function resolveEndpoints(endpoints: readonly EndpointSettings[], timeout: TimeoutSettings) {
  const names = endpointNames(endpoints);
  return endpoints.map((settings, index) => {
    const { weight = 1, priority = 0, models, rpm, tpm, maxConcurrency, type, headers } = settings;
    const deployments = new Map<string, DeploymentSettings>();
    for (const [id, named] of Object.entries(settings.deployments ?? {}))
      deployments.set(id, typeof named === 'string' ? { name: named } : { ...named });
    const [shared, replaced] =
      type === undefined ? [undefined, headers] : splitHeaders(headers, [...deployments.values()]);
    return Object.freeze({
      name: names[index] ?? `endpoint ${index}`,
      weight,
      priority,
      quotaGroup: settings.quotaGroup,
      /** Model id → name there, and limits. */
      deployments,
      /** Limits of the whole endpoint. */
      limits: { rpm, tpm, maxConcurrency },
      /** What calls that go there are given. */
      callDefaults: mergeDefaults({ timeout }, { ...settings, headers: replaced }),
      /** The only model ids served; all when it is left out. */
      models: models && new Set(models),
      settings: copyOf(settings, shared),
    });
  });
}

/** Headers that the endpoint itself sends with each request, and those of which one of its deployments has its own. */
function splitHeaders(headers: Headers | undefined, deployments: readonly DeploymentSettings[]) {
  const own = new Set(deployments.flatMap((each) => Object.keys(each.headers ?? {})).map((name) => name.toLowerCase()));
  if (headers === undefined || own.size === 0) return [headers, undefined] as const;
  const pick = (isOwn: boolean): Headers =>
    Object.fromEntries(Object.entries(headers).filter(([name]) => own.has(name.toLowerCase()) === isOwn));
  return [pick(false), pick(true)] as const;
}

/** What is done to the settings afterwards has no effect. Headers and redirects are read later. */
function copyOf(settings: EndpointSettings, headers: Headers | undefined): EndpointSettings {
  if (settings.type === undefined) return Object.freeze({ ...settings });
  const { redirect } = settings;
  return Object.freeze({ ...settings, headers: headers && { ...headers }, redirect: redirect && [...redirect] });
}
