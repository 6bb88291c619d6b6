/**
 * The long soak, `npm run soak`: 100,000 calls on each major of the AI SDK.
 * `npm run soak -- --calls 10000 --seed 7 --major 5` is a shorter one.
 */
import { parseArgs } from 'node:util';

import { runSoak } from './run-soak.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    calls: { type: 'string', default: '100000' },
    major: { type: 'string', multiple: true, default: ['4', '5', '6', '7'] },
  },
});

for (const major of values.major) {
  const begun = performance.now();
  const { faults, heap, ...report } = await runSoak(Number(major), Number(values.seed), Number(values.calls));
  const megabytes = heap.map((bytes) => (bytes / 1e6).toFixed(1)).join(' ');
  console.log(`AI SDK ${major}, ${Math.round((performance.now() - begun) / 1000)} s: ${JSON.stringify(report)}`);
  console.log(`  heap in MB: ${megabytes}`);
  console.log(faults.length === 0 ? '  clean' : `  FAULTS:\n  ${faults.join('\n  ')}`);
  if (faults.length > 0) process.exitCode = 1;
}
