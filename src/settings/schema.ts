import * as v from 'valibot';

import { isBaseURL } from './base-url.ts';
import { isHeaderValue, NO_HEADER_VALUE } from './header-value.ts';
import { isResourceName } from './resource-name.ts';

/*
 * The shape of the settings, for those who do not have TypeScript's word for it. Each message continues
 * "endpoints[1].weight: ".
 */

/** `{}` and the like: a `Map` or `Headers` has its entries where nobody would look for them. */
const isPlain = (input: unknown): input is Record<string, unknown> => {
  if (typeof input !== 'object' || input === null) return false;
  const prototype: unknown = Object.getPrototypeOf(input);
  // Settings may come from another realm, as in a test runner's sandbox, and have its `Object.prototype`.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
};

/** An object with these keys and no others; unlike valibot's `strictObject` it names every key that is not known. */
const exact = <Entries extends v.ObjectEntries>(entries: Entries) =>
  v.pipe(
    v.custom<Record<string, unknown>>(isPlain, 'must be a plain object'),
    v.looseObject(entries, 'must be an object'),
    v.rawCheck(({ dataset, addIssue }) => {
      const input: unknown = dataset.value;
      if (typeof input !== 'object' || input === null) return;
      for (const key of Object.keys(input)) {
        if (Object.hasOwn(entries, key)) continue;
        const value = (input as Readonly<Record<string, unknown>>)[key];
        addIssue({
          message: 'is not a known setting',
          path: [{ type: 'object', origin: 'key', input: input as Record<string, unknown>, key, value }],
        });
      }
    }),
  );

/** An object of names that are not known beforehand. A list is none. */
const record = <Value extends v.GenericSchema>(value: Value, message: string) =>
  v.pipe(v.custom<Record<string, unknown>>(isPlain, message), v.record(text, value, message));

/** Whether the platform would send them; its own words may quote a secret. */
function isHeaders(headers: Readonly<Record<string, string>>): boolean {
  try {
    return new Headers(headers) instanceof Headers;
  } catch {
    return false;
  }
}

const text = v.pipe(v.string('must be a string'), v.nonEmpty('must not be empty'));
const positive = v.pipe(
  v.number('must be a number'),
  v.finite('must be finite'),
  v.gtValue(0, 'must be greater than 0'),
);
const atLeastZero = v.pipe(
  v.number('must be a number'),
  v.finite('must be finite'),
  v.minValue(0, 'must be 0 or more'),
);
const atLeastOne = v.pipe(v.number('must be a number'), v.finite('must be finite'), v.minValue(1, 'must be 1 or more'));
const wholeFromOne = v.pipe(atLeastOne, v.integer('must be a whole number'));
const flag = v.boolean('must be true or false');
const callable = v.function('must be a function');
const mappedName = v.pipe(v.string('must be a model or deployment name'), v.nonEmpty('maps to nothing'));
const mapping = record(mappedName, 'must be an object that maps model ids to names');
// Not repeated in the message: a key may stand there by mistake.
const variable = v.pipe(text, v.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of an environment variable'));
const url = v.pipe(text, v.check(isBaseURL, 'must be an http or https URL without a query, a password or blanks'));
const headerValue = v.pipe(text, v.check(isHeaderValue, NO_HEADER_VALUE));

const limits = {
  rpm: v.optional(positive),
  tpm: v.optional(positive),
  maxConcurrency: v.optional(wholeFromOne),
};

/** Names alone, or with limits. */
const deployments = record(
  v.lazy((input) =>
    typeof input === 'object' && input !== null ? exact({ ...limits, name: mappedName }) : mappedName,
  ),
  'must be an object that maps model ids to names',
);

const common = {
  ...limits,
  name: v.optional(text),
  weight: v.optional(positive),
  priority: v.optional(v.pipe(v.number('must be a number'), v.finite('must be finite'))),
  deployments: v.optional(deployments),
  models: v.optional(
    v.pipe(v.array(text, 'must be a list of model ids'), v.minLength(1, 'must name at least one model')),
  ),
};

const key = v.lazy((input) =>
  typeof input === 'string' && input !== ''
    ? headerValue
    : v.union([text, callable], 'must be a string that is not empty, or a function'),
);

const place = {
  baseURL: v.optional(url),
  baseURLEnv: v.optional(variable),
  apiKey: v.optional(key),
  apiKeyEnv: v.optional(variable),
  headers: v.optional(
    v.pipe(
      record(v.string('must be a string'), 'must be an object of header values'),
      v.check(isHeaders, 'has a name or a value that no header can have'),
    ),
  ),
  fetch: v.optional(callable),
};

const openai = exact({
  ...common,
  ...place,
  type: v.literal('openai'),
  organization: v.optional(headerValue),
  project: v.optional(headerValue),
});

const azure = exact({
  ...common,
  ...place,
  type: v.literal('azure'),
  resourceName: v.optional(
    v.pipe(text, v.check(isResourceName, 'must be letters, digits and hyphens; use baseURL for other hosts')),
  ),
  tokenProvider: v.optional(callable),
  apiVersion: v.optional(text),
  useDeploymentBasedUrls: v.optional(flag),
});

const provider = exact({
  ...common,
  type: v.optional(v.undefined('must be left out beside provider')),
  provider: v.custom<object>(
    (value) => typeof value === 'function' || (typeof value === 'object' && value !== null),
    'must be an AI SDK provider',
  ),
});

/** Picks the schema by what the endpoint says it is, so that the problems named are about that type. */
const endpoint = v.lazy((input) => {
  const type = typeof input === 'object' && input !== null && 'type' in input ? input.type : undefined;
  if (type === 'openai') return openai;
  if (type === 'azure') return azure;
  if (typeof input === 'object' && input !== null && 'provider' in input) return provider;
  return v.custom<never>(() => false, "must have type 'openai', type 'azure' or a provider");
});

export const settingsSchema = exact({
  endpoints: v.pipe(
    v.array(endpoint, 'must be a list of endpoints'),
    v.minLength(1, 'must have at least one endpoint'),
  ),
  modelMapping: v.optional(mapping),
  failureThreshold: v.optional(wholeFromOne),
  cooldownMs: v.optional(
    v.lazy((input) =>
      typeof input === 'object' && input !== null
        ? exact({
            initialMs: v.optional(positive),
            factor: v.optional(atLeastOne),
            maxMs: v.optional(positive),
          })
        : atLeastZero,
    ),
  ),
  misconfiguredCooldownMs: v.optional(atLeastZero),
  loadBalancing: v.optional(flag),
  picker: v.optional(
    v.lazy((input) =>
      typeof input === 'function'
        ? callable
        : v.picklist(
            ['round-robin', 'least-busy', 'fastest', 'in-order'],
            "must be 'round-robin', 'least-busy', 'fastest', 'in-order' or a function",
          ),
    ),
  ),
  maxWaitMs: v.optional(atLeastZero),
  maxWaiting: v.optional(v.pipe(atLeastZero, v.integer('must be a whole number'))),
  maxRateLimitMs: v.optional(positive),
  api: v.optional(v.picklist(['chat', 'responses'], "must be 'chat' or 'responses'")),
  retry: v.optional(
    exact({
      rounds: v.optional(wholeFromOne),
      minDelayMs: v.optional(atLeastZero),
      maxDelayMs: v.optional(atLeastZero),
      factor: v.optional(atLeastOne),
      jitter: v.optional(flag),
    }),
  ),
  timeout: v.optional(
    exact({
      firstContentMs: v.optional(positive),
      idleMs: v.optional(positive),
      attemptMs: v.optional(positive),
    }),
  ),
  totalTimeoutMs: v.optional(positive),
  hedge: v.optional(
    v.lazy((input) =>
      typeof input === 'object' && input !== null
        ? exact({
            afterMs: v.optional(positive),
            maxExtra: v.optional(v.pipe(positive, v.maxValue(1, 'must be at most 1'))),
          })
        : flag,
    ),
  ),
  affinity: v.optional(flag),
  failoverOn: v.optional(
    v.array(
      v.picklist(['content-filter', 'context-length'], "must be 'content-filter' or 'context-length'"),
      'must be a list',
    ),
  ),
  classifyFailure: v.optional(callable),
  metadata: v.optional(flag),
  statefulAffinity: v.optional(flag),
  allowMixedEmbeddings: v.optional(flag),
  onMissingCredentials: v.optional(v.picklist(['throw', 'skip'], "must be 'throw' or 'skip'")),
});
