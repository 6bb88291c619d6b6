/** A soak in a process of its own: prints its report as one line of JSON, and must then exit by itself. */
import { parseArgs } from 'node:util';

import { soak } from './soak.ts';

Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false });
const { values } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, calls: { type: 'string', default: '1000' } },
});
const report = await soak(Number(values.seed), Number(values.calls));
console.log(JSON.stringify(report));
if (report.faults.length > 0) process.exitCode = 1;
