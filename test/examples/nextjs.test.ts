import { execFileSync } from 'node:child_process';

import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { answer, interrupted, status } from '../support/behaviour.ts';
import { type FakeService, startFakeService } from '../support/fake-service.ts';
import { type ServedApp, buildApp, postMessage, readAnswer, startApp } from './next-app.ts';
import { type FinishedExample, environmentFor, root } from './run-example.ts';

const changesInTheRepository = () => execFileSync('git', ['status', '--short', 'examples'], { cwd: root }).toString();

let build: FinishedExample;
let changes: { before: string; after: string };

beforeAll(async () => {
  const before = changesInTheRepository();
  build = await buildApp();
  changes = { before, after: changesInTheRepository() };
}, 240_000);

describe('next build', () => {
  it('needs no secrets', () => {
    expect(build.output).toContain('/api/chat');
    expect(build.output).toContain('/api/edge');
    expect(build.exitCode, build.errorOutput).toBe(0);
  });

  it('leaves the files of the repository as they are', () => {
    expect(changes.after).toBe(changes.before);
  });
});

describe.each(['/api/chat', '/api/edge'])('POST %s', (route) => {
  let eastus: FakeService;
  let openai: FakeService;
  let app: ServedApp;

  beforeEach(async () => {
    [eastus, openai] = await Promise.all([startFakeService('eastus'), startFakeService('openai')]);
    app = await startApp(environmentFor(eastus, openai));
  }, 30_000);

  afterEach(async () => {
    await app.close();
    await Promise.all([eastus.close(), openai.close()]);
  });

  it('streams a whole answer, and names its endpoint in the metadata', async () => {
    const response = await postMessage(`${app.url}${route}`, 'Hello');
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    expect(await readAnswer(response)).toMatchObject({
      // Of the endpoint whose turn was drawn.
      text: expect.stringMatching(/^Hello, this is (?:eastus|openai) speaking\.$/),
      metadata: { balanced: { endpoint: expect.stringMatching(/^(?:eastus|openai)$/), attempts: 1 } },
      isWhole: true,
    });
  });

  it.each([
    ['answers HTTP 500', status(500)],
    ['hangs up before the first word', interrupted('preamble', 'reset')],
  ])('survives a first endpoint that %s', async (_, failure) => {
    eastus.behave(failure);
    expect(await readAnswer(await postMessage(`${app.url}${route}`, 'Hello'))).toMatchObject({
      text: 'Hello, this is openai speaking.',
      // The first turn is drawn: the failing endpoint may not have been asked.
      metadata: { balanced: { endpoint: 'openai' } },
      isWhole: true,
    });
    expect(eastus.requests.length).toBeLessThanOrEqual(1);
  });

  it('ends the call at the endpoint when the reader leaves', async () => {
    for (const service of [eastus, openai]) {
      service.behave(answer({}, { restHeldUntil: new Promise(() => undefined) }));
    }
    const reader = new AbortController();
    const response = await postMessage(`${app.url}${route}`, 'Hello', reader.signal);
    const received = await Promise.race([eastus.received(0), openai.received(0)]);
    reader.abort();
    await expect(response.text()).rejects.toThrow('aborted');
    expect(await received.ended).toBe('closed-by-client');
  });
});
