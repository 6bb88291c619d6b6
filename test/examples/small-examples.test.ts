import { describe, expect, it } from 'vitest';

import { answer, interrupted, rateLimited, status } from '../support/behaviour.ts';
import { startServices } from '../support/start-services.ts';
import { environmentFor, runExample } from './run-example.ts';

describe('examples/generate.ts', () => {
  it('gets one answer from each of three endpoints', async () => {
    const [eastus, westus, openai] = await startServices('eastus', 'westus', 'openai');
    const { exitCode, output } = await runExample('generate.ts', {
      ...environmentFor(eastus, openai),
      AZURE_API_BASE_URL_2: westus.azureBaseURL,
      AZURE_API_KEY_2: 'key-of-a-fake-resource',
      AZURE_DEPLOYMENT_2: 'mini-west',
    });
    expect(output).toBe(
      [
        'from eastus - Hello, this is eastus speaking.\n',
        'from westus - Hello, this is westus speaking.\n',
        'from openai - Hello, this is openai speaking.\n',
      ].join(''),
    );
    expect(exitCode).toBe(0);
    expect(westus.requests.map(({ deployment }) => deployment)).toEqual(['mini-west']);
  });

  it('answers from one endpoint when only that has a key', async () => {
    const [openai] = await startServices('openai');
    const { exitCode, output } = await runExample('generate.ts', {
      OPENAI_BASE_URL: openai.baseURL,
      OPENAI_API_KEY: 'sk-of-a-fake-service',
    });
    expect(output.match(/from openai/g)).toHaveLength(3);
    expect(exitCode).toBe(0);
  });

  it('says what is missing when nothing is set', async () => {
    const { exitCode, errorOutput } = await runExample('generate.ts');
    expect(errorOutput).toContain('environment variable OPENAI_API_KEY is not set');
    expect(exitCode).toBe(1);
  });
});

describe('examples/stream.ts', () => {
  it('streams from the second endpoint when the first hangs up before the first word', async () => {
    const [eastus, openai] = await startServices('eastus', 'openai');
    eastus.behave(interrupted('preamble', 'reset'));
    const { exitCode, output, errorOutput } = await runExample('stream.ts', environmentFor(eastus, openai));
    expect(output).toBe('Hello, this is openai speaking.\n');
    expect(errorOutput).toBe('');
    expect(exitCode).toBe(0);
    expect(eastus.requests).toHaveLength(1);
  });

  it('tells of a stream that breaks off after the first word', async () => {
    const [eastus, openai] = await startServices('eastus', 'openai');
    eastus.behave(interrupted(2, 'reset'));
    const { exitCode, output, errorOutput } = await runExample('stream.ts', environmentFor(eastus, openai));
    expect(output).toMatch(/^Hello,/);
    expect(output).not.toContain('openai');
    expect(errorOutput).not.toBe('');
    expect(exitCode).toBe(1);
  });
});

describe('examples/embed-many.ts', () => {
  it('ranks the values, though one endpoint is down', async () => {
    const [eastus, openai] = await startServices('eastus', 'openai');
    eastus.behave(status(500));
    const { exitCode, output } = await runExample('embed-many.ts', environmentFor(eastus, openai));
    expect(output.match(/^\d\.\d{3} {2}\w.+$/gm)).toHaveLength(4);
    expect(exitCode).toBe(0);
    expect(eastus.requests).not.toHaveLength(0);
  });
});

describe('examples/tools.ts', () => {
  it('calls the tool in its first step and answers in its second, each at another endpoint', async () => {
    const [eastus, openai] = await startServices('eastus', 'openai');
    for (const service of [eastus, openai]) {
      service.behave(({ json }) =>
        JSON.stringify(json['messages']).includes('"celsius')
          ? answer({ text: 'No umbrella today.' })
          : answer({ toolCalls: [{ name: 'weather', arguments: { city: 'Lisbon' } }] }),
      );
    }
    const { exitCode, output } = await runExample('tools.ts', environmentFor(eastus, openai));
    expect(output).toContain('step 1 from eastus - weather({"city":"Lisbon"})');
    expect(output).toContain('step 2 from openai - No umbrella today.');
    expect(exitCode).toBe(0);
  });
});

describe('examples/provider-registry.ts', () => {
  it('reaches balanced models through a custom provider and a registry', async () => {
    const [eastus, openai] = await startServices('eastus', 'openai');
    const { exitCode, output } = await runExample('provider-registry.ts', environmentFor(eastus, openai));
    for (const id of ['our:fast', 'our:steady', 'our:gpt-4.1', 'balanced:gpt-4.1']) {
      expect(output).toMatch(new RegExp(`^${id}: Hello, this is (eastus|openai) speaking\\.$`, 'm'));
    }
    expect(output).toContain('our:search: a vector of 3 numbers');
    expect(exitCode).toBe(0);
    const steady = [...eastus.requests, ...openai.requests].filter(({ model }) => model === 'gpt-4.1-mini');
    expect(steady.map(({ json }) => json['temperature'])).toEqual([0]);
  });
});

describe('examples/events.ts', () => {
  it('tells of each attempt, and of the failover from a rate-limited endpoint', async () => {
    const [eastus, openai] = await startServices('eastus', 'openai');
    eastus.behave(rateLimited(7));
    const { exitCode, output } = await runExample('events.ts', environmentFor(eastus, openai));
    expect(output).toMatch(/^attempt: eastus rate-limited 429 \d+ ms$/m);
    expect(output).toContain('rateLimited: eastus for 7000 ms');
    expect(output).toContain('failover: eastus -> openai (rate-limited)');
    expect(output.match(/^attempt: openai success/gm)).toHaveLength(4);
    expect(output).toMatch(/│ 'eastus' +│ 'gpt-4\.1-mini'/);
    expect(exitCode).toBe(0);
  });

  it('names every endpoint in one sentence when all have failed', async () => {
    const [eastus, openai] = await startServices('eastus', 'openai');
    eastus.behave(status(401));
    openai.behave(status(401));
    const { exitCode, output, errorOutput } = await runExample('events.ts', environmentFor(eastus, openai));
    expect(output).toContain('cooldown: eastus for 600000 ms');
    expect(output).toContain('exhausted: after 2 attempts');
    expect(errorOutput).toMatch(/^All endpoints failed .*eastus: misconfigured 401.*openai: misconfigured 401/);
    expect(exitCode).toBe(1);
  });
});
