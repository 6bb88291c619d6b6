import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { expect, it } from 'vitest';

import { answer } from '../support/behaviour.ts';
import { startServices } from '../support/start-services.ts';

const program = fileURLToPath(new URL('frozen-process.ts', import.meta.url));

it('a process that was stopped reads the answers that have come meanwhile, and blames no endpoint', async () => {
  const [service] = await startServices('service');
  let answerNow = (): void => undefined;
  const heldUntil = new Promise<void>((resolve) => (answerNow = resolve));
  service.behave(answer({}, { heldUntil }));
  const child = spawn(process.execPath, [program, service.baseURL], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface(child.stdout);

  await service.received(0);
  child.kill('SIGSTOP');
  answerNow();
  // Longer than its time limit.
  await wait(2_000);
  child.kill('SIGCONT');
  const [line] = (await once(lines, 'line')) as [string];
  child.kill();

  expect(JSON.parse(line)).toMatchObject({ attempts: ['success'], state: 'closed' });
});
