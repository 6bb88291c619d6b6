import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { expect, it } from 'vitest';

const program = fileURLToPath(new URL('left-behind.ts', import.meta.url));

it('the time limits of calls that nothing waits for keep no process alive', async () => {
  const child = spawn(process.execPath, [program], { stdio: ['ignore', 'ignore', 'inherit'], timeout: 20_000 });

  const [code] = (await once(child, 'exit')) as [number | null];

  expect(code).toBe(0);
});
