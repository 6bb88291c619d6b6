/** `npm run demo` needs no key; `npm run demo -- --live` uses those in the environment. */
import { parseArgs } from 'node:util';

import { demoLive } from './live.ts';
import { demoOnLoopback } from './on-loopback.ts';
import { endLine, keepDraft } from './terminal.ts';

try {
  const { values } = parseArgs({ options: { live: { type: 'boolean' } } });
  process.exitCode = (await (values.live ? demoLive() : demoOnLoopback())) ? 0 : 1;
} catch (error) {
  keepDraft();
  endLine();
  // The stack is of no use in a demo, and errors of the AI SDK may hold headers.
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
