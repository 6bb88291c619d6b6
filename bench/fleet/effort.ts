import { monitorEventLoopDelay } from 'node:perf_hooks';

import type { Effort } from './records.ts';
import { realNow } from './scaled-time.ts';

/** Watches how hard this process works. Figures of a run in which a process was short of time mean nothing. */
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
