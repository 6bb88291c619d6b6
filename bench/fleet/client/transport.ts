import type { LanguageModel } from 'ai';

import { ORDINARY_MIX, planCalls } from '../call-plan.ts';
import type { Contestant, FleetEndpoint } from '../contestants/contestant.ts';
import { plainModel } from '../contestants/plain-models.ts';
import { seededRandom } from '../random.ts';
import type { Scenario } from '../scenario.ts';
import { realNow, ScaledTime } from '../scaled-time.ts';
import { makeCall } from './application.ts';

/** Milliseconds from arrival to first content, and to the end, of every call to the calibration server. */
const FIRST_CONTENT_MS = 60;
const WHOLE_MS = 120;

/**
 * Measures what one plain SDK call costs on this machine above its service time: sockets, parsing, timers. In faster time this
 * counts several times over, for the oracle as well, which has no sockets. Before, calls through another model of the contestant's
 * warm the code up: what it takes a process to compile would count several times over as well.
 */
export async function measureTransport(
  port: number,
  timeFactor: number,
  { isStream, wishes }: Scenario,
  contestant: Contestant,
): Promise<number> {
  const endpoint: FleetEndpoint = {
    name: 'calibration',
    kind: 'openai',
    baseURL: `http://127.0.0.1:${port}/v1`,
    apiKey: 'key-of-the-benchmark',
    rpm: undefined,
    tpm: undefined,
    quotaGroup: undefined,
    isFallback: false,
  };
  const model = plainModel(endpoint);
  const endpoints = [1, 2, 3, 4].map((number) => ({ ...endpoint, name: `calibration-${number}` }));
  const warming = contestant.createModel({ endpoints, wishes });
  const time = new ScaledTime(timeFactor, realNow());
  const now = (): number => time.now();
  const overheads: number[] = [];
  const [template] = planCalls(seededRandom('calibration'), [0], ORDINARY_MIX);
  const measureOne = async (id: number, through: LanguageModel = model): Promise<number> => {
    const atMs = now();
    const record = await makeCall(through, { ...template!, id, atMs }, { isStream, deadlineMs: 60_000, now });
    if (record.outcome !== 'answered') throw new Error(`The calibration failed: ${record.error}`);
    return isStream
      ? (record.firstContentAtMs ?? record.endedAtMs) - atMs - FIRST_CONTENT_MS
      : record.endedAtMs - atMs - WHOLE_MS;
  };
  let id = 0;
  for (let round = 0; round < 10; round += 1) {
    await Promise.all(Array.from({ length: 10 }, () => measureOne((id += 1), warming)));
  }
  // One at a time: waiting for one another is no part of what a call costs.
  for (let call = 0; call < 15; call += 1) overheads.push(await measureOne((id += 1)));
  return overheads.toSorted((a, b) => a - b)[Math.floor(overheads.length / 2)] ?? 0;
}
