import { ORDINARY_MIX, planCalls } from '../call-plan.ts';
import { plainModel } from '../contestants/plain-models.ts';
import { seededRandom } from '../random.ts';
import { realNow, ScaledTime } from '../scaled-time.ts';
import { makeCall } from './application.ts';

/** Milliseconds from arrival to first content, and to the end, of every call to the calibration server. */
const FIRST_CONTENT_MS = 300;
const WHOLE_MS = 600;

/**
 * Measures what one plain SDK call costs on this machine above its service time: sockets, parsing, timers. In faster time this
 * counts several times over, for the oracle as well, which has no sockets. The calls also warm the code up.
 */
export async function measureTransport(port: number, timeFactor: number, isStream: boolean): Promise<number> {
  const model = plainModel({
    name: 'calibration',
    kind: 'openai',
    baseURL: `http://127.0.0.1:${port}/v1`,
    apiKey: 'key-of-the-benchmark',
    rpm: undefined,
    tpm: undefined,
    quotaGroup: undefined,
    isFallback: false,
  });
  const time = new ScaledTime(timeFactor, realNow());
  const now = (): number => time.now();
  const overheads: number[] = [];
  const [template] = planCalls(seededRandom('calibration'), [0], ORDINARY_MIX);
  const measureOne = async (id: number): Promise<number> => {
    const atMs = now();
    const record = await makeCall(model, { ...template!, id, atMs }, { isStream, deadlineMs: 60_000, now });
    if (record.outcome !== 'answered') throw new Error(`The calibration failed: ${record.error}`);
    return isStream
      ? (record.firstContentAtMs ?? record.endedAtMs) - atMs - FIRST_CONTENT_MS
      : record.endedAtMs - atMs - WHOLE_MS;
  };
  let id = 0;
  for (let round = 0; round < 10; round += 1) {
    await Promise.all(Array.from({ length: 10 }, () => measureOne((id += 1))));
  }
  // One at a time: waiting for one another is no part of what a call costs.
  for (let call = 0; call < 15; call += 1) overheads.push(await measureOne((id += 1)));
  return overheads.toSorted((a, b) => a - b)[Math.floor(overheads.length / 2)] ?? 0;
}
