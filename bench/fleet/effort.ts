import { monitorEventLoopDelay } from 'node:perf_hooks';

import type { Effort } from './records.ts';
import { realNow } from './scaled-time.ts';

/** Above this share of a processor, or this lateness of a loop at p99, it is the machine that was measured. */
const TOO_BUSY = 0.6;
const TOO_LATE_MS = 15;

/** Whether a process was so short of time that its figures mean little. */
export const isDoubtful = ({ cpu, lagP99RealMs }: Effort): boolean => cpu > TOO_BUSY || lagP99RealMs > TOO_LATE_MS;

/** Watches how hard this process works. */
export function watchEffort(): () => Effort {
  const delays = monitorEventLoopDelay({ resolution: 2 });
  delays.enable();
  const startedAt = realNow();
  const startCpu = process.cpuUsage();
  return () => {
    delays.disable();
    const { user, system } = process.cpuUsage(startCpu);
    return {
      cpu: (user + system) / 1_000 / (realNow() - startedAt),
      lagP99RealMs: Math.max(0, delays.percentile(99) / 1e6 - 2),
    };
  };
}
