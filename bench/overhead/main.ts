/** What a call costs in the process, against the plain SDK model. `node bench/overhead/main.ts [--quick]` */
import { parseArgs } from 'node:util';

import { writeResult } from '../write-result.ts';
import { measureBareWrapper, measureCalls, measureMostlyLimited, measureOneTick } from './calls.ts';
import type { Figure } from './figure.ts';
import { measureMemory } from './memory.ts';
import { measureStatusPage, measureTelemetry } from './seen.ts';
import { measureStreamParts } from './stream-parts.ts';

const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } });
const pairs = values.quick ? 75 : 401;

/** Never reached here, but kept count of. */
const LIMITS = { rpm: 100_000_000, tpm: 1_000_000_000_000 };

const MEASUREMENTS: readonly (() => Promise<Figure | readonly Figure[]>)[] = [
  () => measureCalls(4, 50, pairs),
  () => measureCalls(4, 50, pairs, LIMITS),
  () => measureCalls(1_000, 50, pairs),
  () => measureCalls(1_000, 50, pairs, LIMITS),
  () => measureBareWrapper(pairs),
  () => measureStreamParts(pairs),
  () => measureMostlyLimited(1_000, pairs),
  () => measureOneTick(1_000, Math.ceil(pairs / 3)),
  () => measureOneTick(1_000, Math.ceil(pairs / 3), LIMITS),
  () => measureTelemetry(pairs),
  () => measureStatusPage(pairs),
  () => measureMemory(),
];

const PREAMBLE = `# What a call costs in the process

\`npm run bench:overhead\` measures this anew: time and memory that \`createBalancedProvider()\` adds to the SDK's own chat model, both
with a stub \`fetch\` that answers at once. Medians of ${pairs} pairs of runs that stood side by side. Microseconds depend on the
machine: compare them with what the plain model takes on it.

Node ${process.version}.

| | | target | |
| --- | --: | --: | --- |
`;

const verdict = ({ value, target }: Figure): string =>
  target === undefined ? '' : value <= target ? 'reached' : '**not reached**';

const line = (figure: Figure): string => {
  const { name, value, unit, target, note } = figure;
  const goal = target === undefined ? '' : `≤ ${target} ${unit}`;
  return `| ${name} | ${value.toFixed(unit === 'bytes' ? 0 : 2)} ${unit} | ${goal} | ${[verdict(figure), note].filter(Boolean).join('; ')} |`;
};

const lines: string[] = [];
for (const measure of MEASUREMENTS) {
  for (const figure of [await measure()].flat()) {
    lines.push(line(figure));
    console.log(lines.at(-1));
  }
}
if (!values.quick) writeResult('overhead.md', `${PREAMBLE}${lines.join('\n')}\n`);
