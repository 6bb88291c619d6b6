/** Four processes and one quota, with and without a state that they share; and what the state costs a call. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { startRedis } from '../../test/redis/redis-server.ts';
import { writeResult } from '../write-result.ts';
import { addedLatency } from './latency.ts';
import { type Arrival, startService } from './service.ts';
import type { Work } from './worker.ts';

const PROCESSES = 4;
const QUOTAS = [400, 200];
const PER_MINUTE = 600;
const LOAD = 1.4;
const SETTLE_MS = 15_000;
const MEASURE_MS = process.argv.includes('--quick') ? 15_000 : 60_000;

interface Row {
  /** Requests that arrived, and of these what was refused, as parts of what the quota allows. */
  readonly sent: number;
  readonly refusedPerSuccess: number;
  /** What the process that got least got of what the one got that got most. */
  readonly leastOfMost: number;
}

async function run(redisUrl: string | undefined): Promise<Row> {
  const service = await startService(QUOTAS);
  const work: Omit<Work, 'name'> = {
    origin: service.origin,
    quotas: QUOTAS,
    redisUrl,
    // More than the quota and what comes in meanwhile: nothing is left of it after that.
    burst: (PER_MINUTE * 1.2) / PROCESSES,
    callsPerSecond: (PER_MINUTE / 60 / PROCESSES) * LOAD,
    settleMs: SETTLE_MS,
    measureMs: MEASURE_MS,
  };
  const workers = Array.from({ length: PROCESSES }, (_, index) => {
    const worker = fork(fileURLToPath(new URL('worker.ts', import.meta.url)));
    worker.send({ ...work, name: `${index}` });
    return worker;
  });
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  for (const worker of workers) worker.send('go');
  // What came in while the burst was spent is spent in the first part of the time to settle.
  while (service.arrivals.length < PER_MINUTE) await new Promise((resolve) => setTimeout(resolve, 50));
  const from = performance.now() + (SETTLE_MS * 2) / 3;
  await Promise.all(workers.map((worker) => once(worker, 'exit')));
  service.close();
  return rowOf(service.arrivals.filter(({ at }) => at >= from && at < from + MEASURE_MS));
}

function rowOf(arrivals: readonly Arrival[]): Row {
  const served = arrivals.filter(({ isRefused }) => !isRefused);
  const shares = Array.from(
    { length: PROCESSES },
    (_, index) => served.filter(({ process: name }) => name === `${index}`).length,
  );
  return {
    sent: arrivals.length / ((PER_MINUTE * MEASURE_MS) / 60_000),
    refusedPerSuccess: (arrivals.length - served.length) / served.length,
    leastOfMost: Math.min(...shares) / Math.max(...shares),
  };
}

const line = (name: string, { sent, refusedPerSuccess, leastOfMost }: Row): string =>
  `| ${name} | ${(sent * 100).toFixed(1)} % | ${refusedPerSuccess.toFixed(3)} | ${(leastOfMost * 100).toFixed(0)} % |`;

const redis = await startRedis();
try {
  const shared = await run(redis.url);
  const alone = await run(undefined);
  const { localMs, sharedMs } = await addedLatency(redis.url);
  const text = `# Several processes, one quota

\`npm run bench:shared\` measures this anew. Four processes, two endpoints with ${QUOTAS.join(' and ')} requests a minute that refuse what is
too much, ${LOAD * 100} % load for ${MEASURE_MS / 1_000} s after the first burst is spent. The state has a \`timeoutMs\` of
a second, so that processes which wait for a core are not taken for a server that is slow.

| | requests sent, of the quota | 429 a success | least of a process, of the most |
| --- | --: | --: | --: |
${line('`state: redisState(client)`', shared)}
${line('each for itself', alone)}

What it adds to a call on loopback, at the median: ${(sharedMs - localMs).toFixed(2)} ms.
`;
  console.log(text);
  if (MEASURE_MS === 60_000) writeResult('shared.md', text);
} finally {
  await redis.kill();
}
