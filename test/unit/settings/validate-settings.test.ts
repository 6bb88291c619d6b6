import { runInNewContext } from 'node:vm';

import { createOpenAI } from '@ai-sdk/openai';
import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';

import { type BalancedProviderSettings, createBalancedProvider, InvalidSettingsError } from '../../../src/index.ts';
import { thrownBy } from '../outcome.ts';

/** Settings as they come from JavaScript, which knows nothing of our types. */
const create = (settings: unknown) => createBalancedProvider(settings as BalancedProviderSettings);

function refusalOf(settings: unknown): InvalidSettingsError {
  const error = thrownBy(() => create(settings));
  if (!InvalidSettingsError.isInstance(error)) throw error;
  return error;
}

const pathsOf = (settings: unknown) => refusalOf(settings).problems.map(({ path }) => path);

const openai = { type: 'openai', apiKey: 'sk-1' };
const azure = { type: 'azure', resourceName: 'east', apiKey: 'k-1' };

describe('settings that cannot work are refused, with the path of what is wrong:', () => {
  it.each([
    ['no settings', undefined, ''],
    ['null', null, ''],
    ['no list of endpoints', {}, 'endpoints'],
    ['an object instead of a list of endpoints', { endpoints: openai }, 'endpoints'],
    ['no endpoint in the list', { endpoints: [] }, 'endpoints'],
    ['an endpoint that is nothing', { endpoints: [openai, null] }, 'endpoints[1]'],
    ['an endpoint of no type', { endpoints: [{ apiKey: 'sk-1' }] }, 'endpoints[0]'],
    ['an endpoint of an unknown type', { endpoints: [{ type: 'bedrock' }] }, 'endpoints[0]'],
    ['a provider that is a name', { endpoints: [{ provider: 'anthropic' }] }, 'endpoints[0].provider'],
    [
      'two endpoints of one name',
      {
        endpoints: [
          { ...openai, name: 'a' },
          { ...azure, name: 'a' },
        ],
      },
      'endpoints[1].name',
    ],
    ['an empty name', { endpoints: [{ ...openai, name: '' }] }, 'endpoints[0].name'],
    ['weight 0', { endpoints: [openai, { ...azure, weight: 0 }] }, 'endpoints[1].weight'],
    ['a negative weight', { endpoints: [{ ...openai, weight: -1 }] }, 'endpoints[0].weight'],
    ['an infinite weight', { endpoints: [{ ...openai, weight: Infinity }] }, 'endpoints[0].weight'],
    ['a weight that is no number', { endpoints: [{ ...openai, weight: NaN }] }, 'endpoints[0].weight'],
    ['a weight as text', { endpoints: [{ ...openai, weight: '3' }] }, 'endpoints[0].weight'],
    ['an infinite priority', { endpoints: [{ ...openai, priority: -Infinity }] }, 'endpoints[0].priority'],
    ['an unknown key', { endpoints: [openai], cooldown: 1 }, 'cooldown'],
    ['an unknown key of an endpoint', { endpoints: [{ ...openai, wieght: 1 }] }, 'endpoints[0].wieght'],
    [
      'a key of another type of endpoint',
      { endpoints: [{ ...openai, resourceName: 'east' }] },
      'endpoints[0].resourceName',
    ],
    ['an unknown key of retry', { endpoints: [openai], retry: { retries: 3 } }, 'retry.retries'],
    ['an unknown key of timeout', { endpoints: [openai], timeout: { totalMs: 3 } }, 'timeout.totalMs'],
    ['an unknown key of cooldownMs', { endpoints: [openai], cooldownMs: { min: 3 } }, 'cooldownMs.min'],
    ['a key beside a token provider', { endpoints: [{ ...azure, tokenProvider: () => 't' }] }, 'endpoints[0]'],
    ['a key beside the name of one', { endpoints: [{ ...openai, apiKeyEnv: 'KEY' }] }, 'endpoints[0]'],
    ['an empty key', { endpoints: [{ type: 'openai', apiKey: '' }] }, 'endpoints[0].apiKey'],
    ['two places', { endpoints: [{ ...azure, baseURL: 'https://a.example' }] }, 'endpoints[0]'],
    ['a URL that is none', { endpoints: [{ ...openai, baseURL: 'east' }] }, 'endpoints[0].baseURL'],
    [
      'a resource name that leads to another host',
      { endpoints: [{ ...azure, resourceName: 'evil.example/' }] },
      'endpoints[0].resourceName',
    ],
    ['a mapping to nothing', { endpoints: [azure], modelMapping: { 'gpt-4': '' } }, 'modelMapping.gpt-4'],
    [
      'a mapping of a name that every object has',
      { endpoints: [azure], modelMapping: { constructor: 5 } },
      'modelMapping.constructor',
    ],
    [
      'a mapping of __proto__',
      { endpoints: [azure], modelMapping: JSON.parse('{"__proto__":5}') as object },
      'modelMapping.__proto__',
    ],
    [
      'a deployment of a name that every object has',
      { endpoints: [{ ...azure, deployments: { constructor: 5 } }] },
      'endpoints[0].deployments.constructor',
    ],
    ['a setting of a name that every object has', { endpoints: [openai], constructor: 5 }, 'constructor'],
    [
      'a model instead of its provider',
      { endpoints: [{ provider: createOpenAI({ apiKey: 'sk-1' })('gpt-5') }] },
      'endpoints[0].provider',
    ],
    ['a function that makes providers', { endpoints: [{ provider: createOpenAI }] }, 'endpoints[0].provider'],
    ['a mapping to undefined', { endpoints: [azure], modelMapping: { 'gpt-4': undefined } }, 'modelMapping.gpt-4'],
    [
      'a deployment that maps to nothing',
      { endpoints: [{ ...azure, deployments: { 'gpt-4': '' } }] },
      'endpoints[0].deployments.gpt-4',
    ],
    ['a mapping that is a list', { endpoints: [azure], modelMapping: ['gpt4'] }, 'modelMapping'],
    ['a mapping that is a Map', { endpoints: [azure], modelMapping: new Map([['gpt-4', 'gpt4']]) }, 'modelMapping'],
    [
      'deployments that are a Map',
      { endpoints: [{ ...azure, deployments: new Map([['gpt-4', 'gpt4']]) }] },
      'endpoints[0].deployments',
    ],
    [
      'headers that are not a plain object',
      { endpoints: [{ ...openai, headers: new Headers({ a: 'b' }) }] },
      'endpoints[0].headers',
    ],
    ['a header that has no such name', { endpoints: [{ ...openai, headers: { 'a b': 'c' } }] }, 'endpoints[0].headers'],
    ['a header of two lines', { endpoints: [{ ...openai, headers: { a: 'b\nc' } }] }, 'endpoints[0].headers'],
    [
      'a header of the connection',
      { endpoints: [{ ...openai, headers: { Expect: '100-continue' } }] },
      'endpoints[0].headers',
    ],
    ['a redirect to what is no URL', { endpoints: [{ ...openai, redirect: ['other'] }] }, 'endpoints[0].redirect[0]'],
    [
      'a redirect to a path',
      { endpoints: [{ ...azure, redirect: ['https://a.example/v1'] }] },
      'endpoints[0].redirect[0]',
    ],
    ['a time limit that is a Date', { endpoints: [openai], timeout: new Date() }, 'timeout'],
    ['rounds in a Map', { endpoints: [openai], retry: new Map([['rounds', 1]]) }, 'retry'],
    [
      'an endpoint of a class',
      {
        endpoints: [
          new (class {
            type = 'openai';
          })(),
        ],
      },
      'endpoints[0]',
    ],
    ['a URL without http', { endpoints: [{ ...openai, baseURL: 'localhost:1234/v1' }] }, 'endpoints[0].baseURL'],
    ['a URL of a file', { endpoints: [{ ...openai, baseURL: 'file:///etc' }] }, 'endpoints[0].baseURL'],
    ['a URL that is code', { endpoints: [{ ...openai, baseURL: 'javascript:alert(1)' }] }, 'endpoints[0].baseURL'],
    ['a URL with a query', { endpoints: [{ ...openai, baseURL: 'https://a.example/v1?k=1' }] }, 'endpoints[0].baseURL'],
    [
      'a URL with a password',
      { endpoints: [{ ...openai, baseURL: 'https://me:pw@a.example' }] },
      'endpoints[0].baseURL',
    ],
    ['a URL with a blank', { endpoints: [{ ...openai, baseURL: 'https://a.example/v1 ' }] }, 'endpoints[0].baseURL'],
    ['a key of two lines', { endpoints: [{ ...openai, apiKey: 'sk-1\nsk-2' }] }, 'endpoints[0].apiKey'],
    ['a key with a dash of a text processor', { endpoints: [{ ...azure, apiKey: 'k\u20131' }] }, 'endpoints[0].apiKey'],
    ['an organization of two lines', { endpoints: [{ ...openai, organization: 'a\nb' }] }, 'endpoints[0].organization'],
    ['a project of two lines', { endpoints: [{ ...openai, project: 'a\nb' }] }, 'endpoints[0].project'],
    ['a URL with a hash', { endpoints: [{ ...openai, baseURL: 'https://a.example/v1#k' }] }, 'endpoints[0].baseURL'],
    ['no model in models', { endpoints: [{ ...openai, models: [] }] }, 'endpoints[0].models'],
    ['a threshold of 0', { endpoints: [openai], failureThreshold: 0 }, 'failureThreshold'],
    ['half a failure', { endpoints: [openai], failureThreshold: 1.5 }, 'failureThreshold'],
    ['no round', { endpoints: [openai], retry: { rounds: 0 } }, 'retry.rounds'],
    ['a negative delay', { endpoints: [openai], retry: { minDelayMs: -1 } }, 'retry.minDelayMs'],
    [
      'a least delay above the greatest',
      { endpoints: [openai], retry: { minDelayMs: 2, maxDelayMs: 1 } },
      'retry.maxDelayMs',
    ],
    ['a factor that shrinks', { endpoints: [openai], retry: { factor: 0.5 } }, 'retry.factor'],
    ['a negative cooldown', { endpoints: [openai], cooldownMs: -1 }, 'cooldownMs'],
    [
      'a first cooldown above the greatest',
      { endpoints: [openai], cooldownMs: { initialMs: 2, maxMs: 1 } },
      'cooldownMs.maxMs',
    ],
    [
      'a time to content above that of the attempt',
      { endpoints: [openai], timeout: { firstContentMs: 2, attemptMs: 1 } },
      'timeout.attemptMs',
    ],
    [
      'an idle time above that of the attempt',
      { endpoints: [openai], timeout: { idleMs: 2, attemptMs: 1 } },
      'timeout.attemptMs',
    ],
    [
      'a hedge after the end of the attempt',
      { endpoints: [openai], hedge: { afterMs: 2 }, timeout: { attemptMs: 1 } },
      'timeout.attemptMs',
    ],
    [
      'a time to content above that of the call',
      { endpoints: [openai], timeout: { firstContentMs: 2 }, totalTimeoutMs: 1 },
      'totalTimeoutMs',
    ],
    [
      'an idle time above that of the call',
      { endpoints: [openai], timeout: { idleMs: 2 }, totalTimeoutMs: 1 },
      'totalTimeoutMs',
    ],
    [
      'an attempt longer than the call',
      { endpoints: [openai], timeout: { attemptMs: 2 }, totalTimeoutMs: 1 },
      'totalTimeoutMs',
    ],
    [
      'a hedge after the end of the call',
      { endpoints: [openai], hedge: { afterMs: 2 }, totalTimeoutMs: 1 },
      'totalTimeoutMs',
    ],
    ['a timeout of 0', { endpoints: [openai], timeout: { idleMs: 0 } }, 'timeout.idleMs'],
    ['an infinite time limit', { endpoints: [openai], totalTimeoutMs: Infinity }, 'totalTimeoutMs'],
    ['an API that does not exist', { endpoints: [openai], api: 'assistants' }, 'api'],
    ['a rejection that does not exist', { endpoints: [openai], failoverOn: ['length'] }, 'failoverOn[0]'],
    ['a classifier that is none', { endpoints: [openai], classifyFailure: 'retryable' }, 'classifyFailure'],
    ['an unknown way to miss keys', { endpoints: [openai], onMissingCredentials: 'warn' }, 'onMissingCredentials'],
  ])('%s', (_, settings, path) => {
    expect(pathsOf(settings)).toEqual([path]);
    expect(refusalOf(settings).message).toContain(path === '' ? 'settings' : path);
  });

  it('all that is wrong, in one error', () => {
    const settings = {
      endpoints: [
        { ...openai, name: 'a', weight: 0 },
        { type: 'azure', name: 'a', apiKey: 'k-1', tokenProvider: () => 't', deployments: { 'gpt-4': '' } },
        { type: 'openai', apiKee: 'sk-1' },
      ],
      modelMapping: { 'gpt-4': '' },
      failureThreshold: 0,
      loadBalacing: true,
    };

    expect(new Set(pathsOf(settings))).toEqual(
      new Set([
        'endpoints[0].weight',
        'endpoints[1].name',
        'endpoints[1]',
        'endpoints[1].deployments.gpt-4',
        'endpoints[2].apiKee',
        'modelMapping.gpt-4',
        'failureThreshold',
        'loadBalacing',
      ]),
    );
  });

  it('an unknown key, with those that there are', () => {
    expect(refusalOf({ endpoints: [openai], retry: { retries: 3 } }).problems[0]?.message).toBe(
      'is unknown; there are rounds, minDelayMs, maxDelayMs, factor, jitter',
    );
  });

  it('a key that is a number, with what it may be', () => {
    expect(refusalOf({ endpoints: [{ type: 'openai', apiKey: 5 }] }).problems[0]?.message).toBe(
      'must be a string or a function',
    );
  });

  it('every unknown key of one object, not just the first', () => {
    const settings = { endpoints: [{ ...openai, wieght: 1, nmae: 'a' }], cooldown: 1, balancing: true };

    expect(pathsOf(settings)).toEqual(
      expect.arrayContaining(['endpoints[0].wieght', 'endpoints[0].nmae', 'cooldown', 'balancing']),
    );
  });
});

describe('settings that can work are taken:', () => {
  it.each([
    ['settings that are undefined', { endpoints: [{ ...openai, name: undefined, weight: undefined }], api: undefined }],
    ['two endpoints without names', { endpoints: [openai, openai] }],
    ['a function for a key', { endpoints: [{ type: 'openai', apiKey: () => 'sk-1' }] }],
    ['a provider that is a function', { endpoints: [{ provider: createOpenAI({ apiKey: 'sk-1' }) }] }],
    ['a fixed cooldown of no time at all', { endpoints: [openai], cooldownMs: 0 }],
    ['a greatest delay below the default of the least', { endpoints: [openai], retry: { maxDelayMs: 10 } }],
    ['a tiny weight', { endpoints: [{ ...openai, weight: 0.001 }] }],
    ['a negative priority', { endpoints: [{ ...openai, priority: -1 }] }],
    ['objects without a prototype', Object.assign(Object.create(null), { endpoints: [openai] })],
    ['objects of another realm', runInNewContext(`({ endpoints: [${JSON.stringify(openai)}], retry: { rounds: 1 } })`)],
    [
      'time limits of one length',
      { endpoints: [openai], timeout: { firstContentMs: 1, idleMs: 1, attemptMs: 1 }, totalTimeoutMs: 1 },
    ],
    ['a URL on this machine', { endpoints: [{ ...openai, baseURL: 'http://localhost:1234/v1' }] }],
  ])('%s', (_, settings) => {
    expect(() => create(settings)).not.toThrow();
  });
});

describe('a baseURL', () => {
  it.each([
    ['blanks', 'https://a.example/v1 '],
    ['a query', 'https://a.example/v1?key=1'],
    ['a query', 'https://a.example/v1?'],
    ['a fragment', 'https://a.example/v1#key'],
    ['a user name or a password', 'https://me:pw@a.example/v1'],
    ['not a URL', 'a.example/v1'],
    ['https://api.openai.com/v1', 'https://api.openai.com'],
    ['https://eu.api.openai.com/v1', 'https://eu.api.openai.com/v2'],
    ['the name of an operation', 'https://a.example/v1/chat/completions'],
    ['the name of an operation', 'https://a.example/v1/responses/'],
    ['not an http or https URL', 'file:///v1'],
  ])('is refused with words that say what is wrong with it, %s: %s', (what, baseURL) => {
    expect(refusalOf({ endpoints: [{ ...openai, baseURL }] }).message).toContain(what);
  });
});

describe('a provider', () => {
  it('is told from a model, in words that say what to give instead', () => {
    const [problem] = refusalOf({ endpoints: [{ provider: createOpenAI({ apiKey: 'sk-1' })('gpt-5') }] }).problems;

    expect(problem?.message).toMatch(/is a model; give the provider/);
  });

  it('is refused when it has no member that makes models', () => {
    expect(refusalOf({ endpoints: [{ provider: {} }] }).message).toContain('makes no models');
  });
});

describe('a property that a page has added to every object', () => {
  afterEach(() => {
    delete (Object.prototype as { added?: unknown }).added;
  });

  it('is no setting, and none of a mapping', () => {
    // oxlint-disable-next-line no-extend-native -- this is what such pages do
    Object.defineProperty(Object.prototype, 'added', {
      value: () => 1,
      enumerable: true,
      configurable: true,
      writable: true,
    });

    expect(() =>
      create({
        endpoints: [{ ...azure, deployments: { a: { name: 'b' } }, headers: { a: 'b' } }],
        modelMapping: { a: 'b' },
        retry: {},
      }),
    ).not.toThrow();
  });
});

describe("api: 'responses'", () => {
  it('with a dated Azure version is refused with the name of that setting', () => {
    const error = refusalOf({ api: 'responses', endpoints: [openai, { ...azure, apiVersion: '2024-10-21' }] });

    expect(error.problems.map(({ path }) => path)).toEqual(['endpoints[1].apiVersion']);
    expect(error.message).toContain('2024-10-21');
  });

  it('with deployment-based URLs is refused with the name of that setting', () => {
    const error = refusalOf({ api: 'responses', endpoints: [{ ...azure, useDeploymentBasedUrls: true }] });

    expect(error.message).toContain('useDeploymentBasedUrls');
    expect(error.message).not.toContain('undefined');
  });

  it('with a provider that has no such API is refused with the name of that setting', () => {
    const provider = { languageModel: () => undefined };

    expect(pathsOf({ api: 'responses', endpoints: [openai, { provider }] })).toEqual(['endpoints[1].provider']);
  });
});

describe('the message of a refusal', () => {
  const secret = 'sk-do-not-show-me';

  it.each([
    ['a key beside a token provider', { ...azure, apiKey: secret, tokenProvider: () => secret }],
    ['a token instead of its provider', { type: 'azure', resourceName: 'east', tokenProvider: secret }],
    ['a key in a list', { type: 'openai', apiKey: [secret] }],
    ['a key in an object', { type: 'openai', apiKey: { value: secret } }],
    ['a key of two lines', { type: 'openai', apiKey: `${secret}\n${secret}` }],
    ['a password in a URL', { ...openai, baseURL: `https://me:${secret}@a.example` }],
    ['a key for a URL', { ...openai, baseURL: secret }],
    ['a key for a weight', { ...openai, weight: secret }],
    ['a key for a resource', { ...azure, resourceName: `${secret}/` }],
    ['a header that is no text', { ...openai, headers: { authorization: [secret] } }],
    ['a key under an unknown name', { type: 'openai', apikey: secret }],
    ['a key for an endpoint', secret],
    ['a key for a provider', { provider: secret }],
  ])('does not repeat %s', (_, endpoint) => {
    const error = refusalOf({ endpoints: [endpoint] });

    expect(`${error.message} ${JSON.stringify(error)} ${String(error.stack)}`).not.toContain(secret);
  });
});

describe('createBalancedProvider, whatever it is given,', () => {
  const anything = fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true, withMap: true });
  const awkward = fc.oneof(
    anything,
    fc.constantFrom<unknown>(Symbol('awkward'), NaN, -0, Infinity, '', ' ', () => undefined, Object.create(null), [[]]),
  );
  const named = (...names: readonly string[]) =>
    fc.record(Object.fromEntries(names.map((name) => [name, awkward])), { requiredKeys: [] });
  const common = ['name', 'weight', 'priority', 'deployments', 'models', 'baseURL', 'baseURLEnv', 'headers', 'fetch'];
  const azureNames = [...common, 'resourceName', 'apiVersion', 'useDeploymentBasedUrls', 'tokenProvider', 'apiKey'];
  const endpoint = fc.oneof(
    awkward,
    named(...common, 'type', 'provider'),
    named(...common, 'apiKey', 'apiKeyEnv', 'organization').map((settings) => ({ type: 'openai', ...settings })),
    named(...azureNames).map((settings) => ({ type: 'azure', ...settings })),
  );
  const settings = fc
    .tuple(
      fc.oneof({ weight: 9, arbitrary: fc.array(endpoint, { maxLength: 3 }) }, { weight: 1, arbitrary: awkward }),
      named('modelMapping', 'failureThreshold', 'cooldownMs', 'loadBalancing', 'failoverOn', 'classifyFailure', 'x'),
      fc.record(
        {
          api: fc.oneof(fc.constantFrom('chat', 'responses'), awkward),
          retry: fc.oneof(named('rounds', 'minDelayMs', 'maxDelayMs', 'factor', 'jitter'), awkward),
          timeout: fc.oneof(named('firstContentMs', 'idleMs', 'attemptMs'), awkward),
          cooldownMs: named('initialMs', 'factor', 'maxMs'),
        },
        { requiredKeys: [] },
      ),
    )
    .map(([endpoints, some, others]) => ({ endpoints, ...some, ...others }));

  it('returns, or throws InvalidSettingsError, and nothing else', () => {
    fc.assert(
      fc.property(fc.oneof(settings, awkward), (given) => {
        try {
          create(given);
        } catch (error) {
          if (!InvalidSettingsError.isInstance(error)) throw error;
          expect(error.problems.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('takes symbols and objects without a text for what they are: wrong', () => {
    const name = Symbol('name');
    const textless = Object.create(null) as object;
    const endpoints = [
      { ...openai, name },
      { ...openai, name },
      { ...azure, apiVersion: textless },
    ];

    expect(pathsOf({ endpoints, api: 'responses', retry: { minDelayMs: name, maxDelayMs: textless } })).toEqual(
      expect.arrayContaining(['endpoints[0].name', 'endpoints[2].apiVersion', 'retry.minDelayMs']),
    );
  });
});

it('what is missing is said to be missing', () => {
  expect(refusalOf({}).problems).toEqual([{ path: 'endpoints', message: 'is missing' }]);
  expect(refusalOf({ endpoints: [{ ...openai, deployments: { 'gpt-4': { rpm: 1 } } }] }).problems).toEqual([
    { path: 'endpoints[0].deployments.gpt-4.name', message: 'is missing' },
  ]);
});
