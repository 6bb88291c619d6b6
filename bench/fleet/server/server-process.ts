/** The process in which all servers of a fleet run. Started by run.ts. */
import { planCalls, ORDINARY_MIX, steadyArrivals } from '../call-plan.ts';
import { watchEffort } from '../effort.ts';
import type { FromServer, ToServer } from '../messages.ts';
import { seededRandom } from '../random.ts';
import type { AttemptRecord } from '../records.ts';
import { realNow, ScaledTime } from '../scaled-time.ts';
import { createQuota, createQuotas } from '../scenario.ts';
import { findScenario } from '../scenarios/all.ts';
import { FleetServer } from './fleet-server.ts';

/** Calls that find out what a plain one costs: always the same short time. */
const CALIBRATION_MIX = {
  ...ORDINARY_MIX,
  firstToken: { medianMs: 60, sigma: 0 },
  output: { medianMs: 60, sigma: 0 },
};

const tell = (message: FromServer): void => void process.send?.(message);

let time: ScaledTime;
let stopWatching: ReturnType<typeof watchEffort> | undefined;
const attempts: AttemptRecord[] = [];

process.on('message', (message: ToServer) => {
  switch (message.type) {
    case 'open':
      void open(message);
      break;
    case 'start':
      time = new ScaledTime(time.factor, message.startsAtRealMs);
      stopWatching = watchEffort();
      break;
    case 'stop': {
      const effort = stopWatching?.() ?? { cpu: 0, lagP99RealMs: 0 };
      process.send?.({ type: 'stopped', attempts, effort } satisfies FromServer, () => process.exit(0));
      break;
    }
  }
});
// The parent is gone: nothing else would ever stop this process.
process.on('disconnect', () => process.exit(0));

async function open({ scenario: name, seed, timeFactor }: Extract<ToServer, { type: 'open' }>): Promise<void> {
  const scenario = findScenario(name);
  time = new ScaledTime(timeFactor, realNow());
  const calls = scenario.calls(seededRandom(seed, scenario.drawnAs ?? name));
  const ports: number[] = [];
  const quotas = createQuotas(scenario.servers);
  for (const [index, plan] of scenario.servers.entries()) {
    ports.push(
      await new FleetServer(plan, index, quotas[index]!, { time: () => time, calls, seed, attempts }).listen(),
    );
  }
  const plain = { name: 'calibration', kind: 'openai', rpm: 1e6, tpm: 1e9 } as const;
  const calibration = new FleetServer(plain, -1, createQuota(plain, -1), {
    time: () => time,
    calls: planCalls(seededRandom(seed), steadyArrivals(seededRandom(seed), 1_000, 60_000), CALIBRATION_MIX),
    seed,
    attempts: [],
  });
  tell({ type: 'opened', ports, calibrationPort: await calibration.listen() });
}
