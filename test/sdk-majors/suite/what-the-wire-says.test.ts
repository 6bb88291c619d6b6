/**
 * What services and gateways send when something is wrong, and what it comes to: a row for each, in `wire/`. `failureThreshold` is
 * 1, so that what is out afterwards is what was blamed.
 */
import { generateText, streamText } from 'ai';
import { type BalancedProvider, createBalancedProvider } from 'ai-sdk-load-balancer';
import { describe, expect, it } from 'vitest';

import { greetingOf } from '../../support/answer.ts';
import { type Behaviour, status } from '../../support/behaviour.ts';
import { normalFinishReasons, readStream } from '../../support/read-stream.ts';
import { startServices } from '../../support/start-services.ts';
import { chunk, events, responseFailed, responseText } from '../../support/wire/wire-answers.ts';
import { openAI } from './endpoints.ts';
import { sdkMajor } from './sdk-major.ts';
import { codeRows } from './wire/codes.ts';
import { failedAnswerRows } from './wire/failed-answers.ts';
import { type Row, type Way, withJson } from './wire/row.ts';
import { statusRows } from './wire/statuses.ts';
import { streamRows } from './wire/streams.ts';
import { timeRows } from './wire/times.ts';

const prompt = 'Who are you?';

/** Two endpoints, of which the first is always asked first and sends the same to every request. */
async function startRing(sent: Row['sent']) {
  const [failing, healthy] = await startServices('failing', 'healthy');
  failing.behave(sent);
  const balanced = createBalancedProvider({
    endpoints: [openAI(failing), openAI(healthy)],
    loadBalancing: false,
    failureThreshold: 1,
  });
  const attempts: { endpoint: string; class: string; code?: string | undefined }[] = [];
  balanced.on('attempt', (attempt) => void attempts.push(attempt));
  return { balanced, attempts };
}

/** The text of an answer, or of a stream; nothing when it failed. */
async function ask(balanced: BalancedProvider, way: Way): Promise<string> {
  const [api, kind] = way.split(' ') as ['chat' | 'responses' | 'completion', 'answer' | 'stream'];
  const model = balanced[api]('gpt-4');
  if (kind === 'stream') {
    const { fullStream } = streamText({ model, prompt, maxRetries: 0, onError: () => undefined });
    return (await readStream(fullStream)).text;
  }
  return generateText({ model, prompt, maxRetries: 0 }).then(
    ({ text }) => text,
    () => '',
  );
}

/** What is left out at the first endpoint; for a limit, until when. */
function outOf(balanced: BalancedProvider): Row['comesTo']['out'] {
  const [endpoint] = balanced.status().endpoints;
  const deployment = endpoint?.deployments[0];
  if (endpoint?.state === 'open') return 'the endpoint';
  if (deployment?.state === 'open') return 'the deployment';
  return deployment?.rateLimitedMs || 'nothing';
}

const tables: readonly (readonly [name: string, rows: readonly Row[]])[] = [
  ['a code', codeRows],
  ['an answer that failed', failedAnswerRows],
  ['a status', statusRows],
  ['a time', timeRows],
  ['a stream', streamRows],
];

for (const [name, rows] of tables) {
  const cases = rows
    .filter(({ majors }) => majors.includes(sdkMajor))
    .flatMap((row) => row.ways.map((way) => [row.what, way, row] as const));

  describe(`${name} that is sent:`, () => {
    it.each(cases)('%s (%s)', async (_, way, { sent, comesTo }) => {
      const { balanced, attempts } = await startRing(sent);

      const text = await ask(balanced, way);

      const [first, second] = attempts;
      const out = outOf(balanced);
      expect(first).toMatchObject({ endpoint: 'failing', class: comesTo.class, code: comesTo.code ?? first?.code });
      const isLast = comesTo.class === 'rejected' || comesTo.class === 'success';
      expect(second?.endpoint).toBe(isLast ? undefined : 'healthy');
      expect(text).toBe(isLast ? (comesTo.text ?? '') : greetingOf('healthy'));
      if (typeof comesTo.out === 'string') expect(out).toBe(comesTo.out);
      else expect(Math.abs(Number(out) - comesTo.out)).toBeLessThan(2_500);
    });
  });
}

describe('a stream that has given content and then says that it failed', () => {
  it.each<[string, 'chat' | 'responses', Behaviour]>([
    ['response.failed without an error', 'responses', events(...responseText('Half'), responseFailed(null))],
    ['the finish reason error', 'chat', events(chunk({ content: 'Half' }), chunk({}, 'error'))],
  ])('by %s ends as an error', async (_, api, sent) => {
    const { balanced, attempts } = await startRing(sent);

    const result = streamText({ model: balanced[api]('gpt-4'), prompt, maxRetries: 0, onError: () => undefined });
    const reading = await readStream(result.fullStream);

    expect(reading.text).toBe('Half');
    expect(reading.errors.length).toBeGreaterThan(0);
    expect(normalFinishReasons).not.toContain(reading.finishReason);
    expect(attempts).toMatchObject([{ endpoint: 'failing', class: 'retryable' }]);
  });
});

describe('what is sent as a code, and is none,', () => {
  it.each([
    ['a key', 'sk-proj-AbCdEfGhIjKlMnOpQrStUvWx'],
    ['the words of a prompt', 'Who are you?'],
    ['lines of a log', 'failed\nInjected: line'],
    ['megabytes', 'x'.repeat(2_000_000)],
  ])('is not told: %s', async (_, code) => {
    const { balanced, attempts } = await startRing(withJson(400, { error: { message: 'm', code, type: code } }));

    await ask(balanced, 'chat answer');

    expect(attempts).toHaveLength(1);
    expect(attempts[0]?.code).toBeUndefined();
  });

  it('does not stand in the error of a call that gives up', async () => {
    const secret = 'sk-proj-AbCdEfGhIjKlMnOpQrStUvWx';
    const [alone] = await startServices('alone');
    alone.behave(status(500, { body: JSON.stringify({ error: { message: 'm', code: secret } }) }));
    const ring = createBalancedProvider({ endpoints: [openAI(alone)], retry: { rounds: 1 } });

    const error = await generateText({ model: ring('gpt-4'), prompt, maxRetries: 0 }).catch(
      (thrown: unknown) => thrown,
    );

    expect(JSON.stringify(error)).not.toContain(secret);
    expect(String(error)).not.toContain(secret);
  });
});
