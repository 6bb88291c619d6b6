import { MEMBERS } from '../sdk.ts';
import { azureURLPrefix } from './azure-address.ts';
import {
  anything,
  atLeast,
  callable,
  type Check,
  flag,
  filledList,
  inTurn,
  isCallable,
  isObject,
  list,
  must,
  number,
  object,
  oneOf,
  positive,
  record,
  string,
  text,
  wholeFrom,
} from './check.ts';
import {
  CONNECTION_HEADERS,
  headerValue,
  isHeaders,
  KEY_HEADERS,
  origin,
  resourceName,
  servicePrefix,
  type TextRule,
  variableName,
} from './text-rules.ts';

const obeying = (rule: TextRule): Check =>
  inTurn(text, (value, path) => {
    const message = rule(value as string);
    return message === undefined ? [] : [{ path, message }];
  });

/** A short form of a setting, or an object that says more. */
const shortOr =
  (short: Check, long: Check): Check =>
  (value, path) =>
    (typeof value === 'object' ? long : short)(value, path);

const modelIdsToNames = (check: Check): Check => record('must be an object that maps model ids to names', check);
const atMostOne = must<number>('must be at most 1', (value) => value <= 1);

/** None of these headers. */
const withoutHeaders = (names: readonly string[], message: string): Check =>
  must<object>(message, (headers) => Object.keys(headers).every((header) => !names.includes(header.toLowerCase())));

const headers = inTurn(
  record('must be an object of header values', string),
  must('has a name or a value that no header can have', isHeaders),
  withoutHeaders(CONNECTION_HEADERS, 'has a header that belongs to the connection'),
);
const timeout = object({ firstContentMs: positive, idleMs: positive, attemptMs: positive });
const callDefaults = {
  timeout,
  providerOptions: record('must be an object of options by provider', record('must be an object of options', anything)),
  headers,
};

/** Of a deployment: the key is its endpoint's. */
const ofNoKey = inTurn(
  headers,
  withoutHeaders(KEY_HEADERS, 'has a header that carries a key: give it in the headers of the endpoint'),
);

const limits = { rpm: positive, tpm: positive, maxConcurrency: wholeFrom(1) };

const common = {
  ...limits,
  ...callDefaults,
  name: text,
  weight: positive,
  priority: number,
  quotaGroup: text,
  deployments: modelIdsToNames(
    shortOr(text, object({ ...limits, ...callDefaults, headers: ofNoKey, name: text }, ['name'])),
  ),
  models: filledList('must be a list of model ids', text),
};

const service: Readonly<Record<string, Check>> = {
  ...common,
  type: anything,
  baseURLEnv: obeying(variableName),
  apiKey: inTurn(
    must('must be a string or a function', (value) => typeof value === 'string' || isCallable(value)),
    (value, path) => (isCallable(value) ? [] : obeying(headerValue)(value, path)),
  ),
  apiKeyEnv: obeying(variableName),
  fetch: callable,
  redirect: list('must be a list of origins', obeying(origin)),
};

const openai = object({
  ...service,
  baseURL: obeying(servicePrefix),
  organization: obeying(headerValue),
  project: obeying(headerValue),
});

const azure = object({
  ...service,
  baseURL: obeying(azureURLPrefix),
  resourceName: obeying(resourceName),
  tokenProvider: callable,
  apiVersion: text,
  useDeploymentBasedUrls: flag,
});

const memberNames = Object.values(MEMBERS).flat();

const other = object({
  ...common,
  type: must('must be left out beside provider', (value) => value === undefined),
  provider: inTurn(
    must('must be an AI SDK provider', isObject),
    must<object>(
      "is a model; give the provider that makes it, such as openai instead of openai('gpt-5')",
      (value) => !('modelId' in value),
    ),
    must<Readonly<Record<string, unknown>>>('makes no models: it has neither languageModel nor the like', (value) =>
      memberNames.some((member) => isCallable(value[member])),
    ),
  ),
});

/** By what the endpoint says it is, so that the problems named are about that type. */
const endpoint: Check = (value, path) => {
  const { type } = isObject(value) ? (value as { readonly type?: unknown }) : {};
  if (type === 'openai') return openai(value, path);
  if (type === 'azure') return azure(value, path);
  if (isObject(value) && 'provider' in value) return other(value, path);
  return [{ path, message: "must have type 'openai', type 'azure' or a provider" }];
};

/** The shape of the settings, for code that TypeScript has not checked. */
export const settingsShape = object(
  {
    endpoints: filledList('must be a list of endpoints', endpoint),
    modelMapping: modelIdsToNames(text),
    fallbacks: record(
      'must be an object that maps model ids to lists of model ids',
      list('must be a list of model ids', text),
    ),
    fallbackAfterMs: atLeast(0),
    failureThreshold: wholeFrom(1),
    cooldownMs: shortOr(atLeast(0), object({ initialMs: positive, factor: atLeast(1), maxMs: positive })),
    misconfiguredCooldownMs: atLeast(0),
    loadBalancing: flag,
    picker: (value, path) =>
      isCallable(value) ? [] : oneOf('round-robin', 'least-busy', 'fastest', 'in-order')(value, path),
    random: callable,
    detectHangs: flag,
    maxWaitMs: shortOr(atLeast(0), object({ interactive: atLeast(0), background: atLeast(0) })),
    maxWaiting: wholeFrom(0),
    maxRateLimitMs: positive,
    api: oneOf('chat', 'responses'),
    retry: object({
      rounds: wholeFrom(1),
      minDelayMs: atLeast(0),
      maxDelayMs: atLeast(0),
      factor: atLeast(1),
      jitter: flag,
    }),
    timeout,
    totalTimeoutMs: positive,
    hedge: shortOr(flag, object({ afterMs: positive, maxExtra: inTurn(positive, atMostOne) })),
    affinity: flag,
    failoverOn: list('must be a list', oneOf('content-filter', 'context-length')),
    classifyFailure: callable,
    metadata: flag,
    statefulAffinity: flag,
    allowMixedEmbeddings: flag,
    onMissingCredentials: oneOf('throw', 'skip'),
    state: must<{ readonly admit?: unknown }>(
      'must be a shared state, such as redisState(client)',
      (value) => isObject(value) && isCallable(value.admit),
    ),
  },
  ['endpoints'],
);
