import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';

import { expect, it } from 'vitest';

import { status } from '../support/behaviour.ts';
import { startServices } from '../support/start-services.ts';
import { environmentFor, runExample } from './run-example.ts';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}

/** What a query groups by. */
const LABELS = /by \([^)]*\)/g;

const fileOf = (name: string): string =>
  readFileSync(new URL(`../../examples/prometheus/${name}`, import.meta.url), 'utf8');

it('examples/prometheus serves each metric that its dashboard and its alerts ask for', async () => {
  const [eastus, openai] = await startServices('eastus', 'openai');
  eastus.behave(status(401));

  const { exitCode, output } = await runExample('prometheus/main.ts', {
    ...environmentFor(eastus, openai),
    METRICS_PORT: String(await freePort()),
  });

  expect(exitCode).toBe(0);
  const asked = [
    ...`${fileOf('grafana-dashboard.json')}\n${fileOf('alerts.yml')}`
      .replaceAll(LABELS, '')
      .matchAll(/\b(?:balanced|gen_ai_client)_\w+(?=[[{)])/g),
  ];
  const names = new Set(asked.map(([name]) => name));
  expect(names.size).toBeGreaterThan(7);
  expect([...names].filter((name) => !new RegExp(`^${name}[{ ]`, 'm').test(output))).toEqual([]);
  expect(output).toMatch(/^balanced_gates_closed\{.*balanced_endpoint="eastus".*balanced_reason="cooldown".*\} 1$/m);
});
