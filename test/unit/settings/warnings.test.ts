/** Settings that can be meant as they are, and hardly ever are. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { type BalancedProviderSettings, createBalancedProvider } from '../../../src/index.ts';
import { fakeFetch } from '../fake-fetch.ts';
import { FakeEndpoint, prompt } from '../fake-endpoint.ts';

const console = vi.spyOn(globalThis.console, 'warn');
beforeEach(() => {
  console.mockReset().mockImplementation(() => undefined);
  vi.stubGlobal('fetch', fakeFetch().fetch);
});
afterEach(() => void vi.unstubAllGlobals());

const microtasks = () => new Promise(setImmediate);

/** Settings that no other test has. */
let count = 0;
const ownSettings = (): BalancedProviderSettings => {
  count += 1;
  return { endpoints: [{ type: 'openai', apiKey: `key-${count}` }] };
};

describe('a provider with the settings of another one in the process', () => {
  it('is told of on the console, once and without the key', async () => {
    const settings = ownSettings();

    for (let made = 0; made < 3; made += 1) createBalancedProvider(settings);
    await microtasks();

    expect(console).toHaveBeenCalledOnce();
    const [[message]] = console.mock.calls as [[string]];
    expect(message).toContain('another provider with the same settings');
    expect(message).not.toContain('key-');
  });

  it('is told of to a listener instead', async () => {
    const settings = ownSettings();
    createBalancedProvider(settings);
    const heard = vi.fn<(event: object) => void>();

    createBalancedProvider(settings).on('warning', heard);
    await microtasks();

    expect(heard).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'same-settings-twice' }));
    expect(console).not.toHaveBeenCalled();
  });

  it('is told of when a bundler has put the package into the process a second time', async () => {
    const settings = ownSettings();
    createBalancedProvider(settings);
    vi.resetModules();
    const copy = await import('../../../src/index.ts');

    copy.createBalancedProvider(settings);
    await microtasks();

    expect(copy.createBalancedProvider).not.toBe(createBalancedProvider);
    expect(console).toHaveBeenCalledOnce();
  });

  it('is not told of when warnings of the AI SDK are turned off', async () => {
    vi.stubGlobal('AI_SDK_LOG_WARNINGS', false);
    const settings = ownSettings();

    for (let made = 0; made < 2; made += 1) createBalancedProvider(settings);
    await microtasks();

    expect(console).not.toHaveBeenCalled();
  });

  it.each<[string, () => BalancedProviderSettings]>([
    ['another key', ownSettings],
    ['a function, which may differ', () => ({ endpoints: [{ type: 'openai', apiKey: () => 'key' }] })],
    ['a provider, which may differ', () => ({ endpoints: [new FakeEndpoint('any').settings()] })],
  ])('is not told of with %s', async (_, settings) => {
    createBalancedProvider(settings());
    createBalancedProvider(settings());
    await microtasks();

    expect(console).not.toHaveBeenCalled();
  });
});

describe('two endpoints with one place, one key and the same deployments', () => {
  const warned = async (endpoints: BalancedProviderSettings['endpoints']) => {
    const balanced = createBalancedProvider({ endpoints });
    const heard: unknown[] = [];
    balanced.on('warning', ({ code, endpoint }) => void heard.push({ code, endpoint }));
    for (let call = 0; call < 2; call += 1) await balanced.chat('gpt-5').doGenerate({ prompt });
    return heard;
  };

  it('are told of at the first call', async () => {
    vi.stubEnv('SECOND_KEY', 'one-key');
    const heard = await warned([
      { type: 'openai', name: 'first', apiKey: 'one-key' },
      { type: 'openai', name: 'second', apiKeyEnv: 'SECOND_KEY', weight: 2, priority: 1, rpm: 10 },
    ]);
    vi.unstubAllEnvs();

    expect(heard).toEqual([{ code: 'same-endpoint-twice', endpoint: 'second' }]);
  });

  it.each<[string, BalancedProviderSettings['endpoints'][number]]>([
    ['another key', { type: 'openai', apiKey: 'another' }],
    ['another project', { type: 'openai', apiKey: 'key', project: 'p2' }],
    ['another place', { type: 'openai', apiKey: 'key', baseURL: 'https://gateway.example.com/v1' }],
    ['another deployment', { type: 'openai', apiKey: 'key', deployments: { 'gpt-5': 'gpt-5-mini' } }],
    ['a function for the key', { type: 'openai', apiKey: () => 'key' }],
  ])('are not told of with %s', async (_, second) => {
    expect(await warned([{ type: 'openai', apiKey: 'key' }, second])).toEqual([]);
  });
});
