import { describe, expect, it } from 'vitest';

import { answer, status } from '../support/behaviour.ts';
import type { ReceivedRequest } from '../support/received-request.ts';
import { startServices } from '../support/start-services.ts';
import { environmentFor, runExample } from './run-example.ts';

describe('npm run demo', () => {
  it('goes as it says, without a key and without colour where there is no terminal', { timeout: 60_000 }, async () => {
    const { exitCode, output, errorOutput } = await runExample('demo/main.ts');
    expect(errorOutput).toBe('');
    expect(output).not.toContain('NOT SO');
    expect(output).not.toContain('\u001B');
    expect(exitCode).toBe(0);
    for (const line of [
      /answered by {2}[123]{30}$/m,
      /✓ 30 calls answered, 10 by each endpoint/,
      /✗ 1 eastus {2}failed after \d+ ms: HTTP 500 \(retryable\)/,
      /→ . (westus|openai) {2}is asked instead of eastus/,
      /■ 1 eastus {2}is out for 3\.0 s/,
      /■ 2 westus {2}takes no calls for 5\.0 s/,
      /✓ 1 eastus {2}is back: its probe succeeded/,
      /✓ the answer is whole, and no word of it came twice/,
      /✓ 30 calls answered, by all three again/,
      /^103 calls answered; \d+ attempts failed on the way\.$/m,
    ]) {
      expect(output).toMatch(line);
    }
  });
});

describe('npm run demo -- --live', () => {
  it('balances over the endpoints of the environment, and streams', async () => {
    const [azure, openai] = await startServices('azure', 'openai');
    const { exitCode, output, errorOutput } = await runExample(
      'demo/main.ts',
      {
        ...environmentFor(azure, openai),
        AZURE_API_VERSION: '2024-10-21',
        MODEL: 'gpt-4',
        AZURE_DEPLOYMENT: 'gpt4',
      },
      '--live',
    );
    expect(errorOutput).toBe('');
    expect(output).toContain('gpt-4 by the Chat Completions API');
    expect(output).toContain('✓ 6 calls answered');
    expect(output).toMatch(/✓ the answer of (azure-1|openai) is whole/);
    expect(exitCode).toBe(0);
    expect(new Set(azure.requests.map(({ deployment }) => deployment))).toEqual(new Set(['gpt4']));
    expect(azure.requests.length + openai.requests.length).toBe(7);
  });

  it.each([
    ['no endpoint answers', () => status(401)],
    ['no endpoint streams', ({ streaming }: ReceivedRequest) => (streaming ? status(401) : answer())],
  ])('says in one line which endpoints failed when %s', async (_, behaviour) => {
    const [azure, openai] = await startServices('azure', 'openai');
    azure.behave(behaviour);
    openai.behave(behaviour);
    const { exitCode, errorOutput } = await runExample('demo/main.ts', environmentFor(azure, openai), '--live');
    expect(errorOutput).toMatch(/^All endpoints failed .*misconfigured 401.*\n$/);
    expect(exitCode).toBe(1);
  });

  it.each([
    [{}, /^No endpoint: set OPENAI_API_KEY, or .*\n$/],
    [{ AZURE_API_KEY_2: 'key' }, /^AZURE_API_KEY_2 is set, but neither AZURE_API_BASE_URL_2 nor .*\n$/],
  ])('says in one line what is missing from %j', async (environment, line) => {
    const { exitCode, output, errorOutput } = await runExample('demo/main.ts', environment, '--live');
    expect(errorOutput).toMatch(line);
    expect(output).toBe('');
    expect(exitCode).toBe(1);
  });
});
