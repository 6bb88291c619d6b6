import { readFileSync } from 'node:fs';

import { pino } from 'pino';
import ts from 'typescript';
import { expect, it } from 'vitest';

import { apiError } from './api-error.ts';
import { buildRing } from './build-ring.ts';
import { fails } from './fake-endpoint.ts';
import { pass, useFakeTime } from './fake-time.ts';

useFakeTime();

const page = readFileSync(new URL('../../docs/observability.md', import.meta.url), 'utf8');
const section = /^## Logs$(.*?)^## /ms.exec(page)?.[1] ?? '';
/** The code of the section as it stands, without what it imports. */
const [forConsole = '', forPino = ''] = [...section.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) =>
  ts.transpile(code.replaceAll(/^import .*$/gm, ''), { target: ts.ScriptTarget.ES2022 }),
);

/** A call that fails over, is out of endpoints, and comes back; with a secret in all that must not be told. */
async function linesOf(code: string): Promise<readonly string[]> {
  const lines: string[] = [];
  const secret = apiError(500, { error: { message: 'secret', code: 'overloaded' } });
  const { balanced, ask, endpoints } = buildRing([fails(secret), fails(secret)], {
    failureThreshold: 1,
    cooldownMs: 1_000,
    maxWaitMs: 0,
    retry: { rounds: 1 },
  });
  const log = { warn: (...words: readonly unknown[]) => void lines.push(words.join(' ')) };
  const logger = () => pino({ base: null, timestamp: false }, { write: (line) => void lines.push(line) });
  // The code is that of our own documentation.
  // oxlint-disable-next-line no-implied-eval
  new Function('balanced', 'console', 'pino', code)(balanced, log, logger);
  ask({ prompt: [{ role: 'user', content: [{ type: 'text', text: 'secret' }] }] });
  await pass(1_100);
  for (const endpoint of endpoints)
    endpoint.behave({ ...fails(secret), generate: async () => ({ content: [] }) as never });
  ask();
  await pass(10);
  return lines;
}

it.each([
  ['console', forConsole],
  ['pino', forPino],
])(
  'the log of the docs has a line for each failover, cooldown, recovery and failed call, and no secret: %s',
  async (_, code) => {
    const lines = await linesOf(code);

    expect(lines.every((line) => !line.trim().includes('\n'))).toBe(true);
    expect(
      lines.map((line) => ['failover', 'cooldown', 'recovered', 'exhausted'].find((name) => line.includes(name))),
    ).toEqual(['cooldown', 'failover', 'cooldown', 'exhausted', 'recovered']);
    expect(lines.join()).not.toContain('secret');
  },
);
