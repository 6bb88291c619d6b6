/** The process in which one contestant serves one scenario's calls. Started by run.ts. */
import type { LanguageModel } from 'ai';

import type { PlannedCall } from '../call-plan.ts';
import type { Contestant } from '../contestants/contestant.ts';
import { watchEffort } from '../effort.ts';
import type { FromClient, ToClient } from '../messages.ts';
import type { CallRecord } from '../records.ts';
import { realTimers, ScaledTime } from '../scaled-time.ts';
import type { Scenario } from '../scenario.ts';
import { scaleGlobals } from './scale-globals.ts';

type Prepare = Extract<ToClient, { readonly type: 'prepare' }>;

/** After the last caller has given up there is nothing to wait for. */
const GRACE_MS = 10_000;

function tell(message: FromClient, then: () => void = () => undefined): void {
  process.send?.(message, then);
}

/** A late failure that belongs to no call must not end the run; what it does to calls is seen in their records. */
process.on('unhandledRejection', (reason) => console.error('unhandled rejection:', reason));
process.on('disconnect', () => process.exit(0));

let play: ((startsAtRealMs: number) => Promise<void>) | undefined;
process.on('message', (message: ToClient) => {
  if (message.type === 'prepare') prepare(message).catch(giveUp);
  else play?.(message.startsAtRealMs).catch(giveUp);
});

function giveUp(error: unknown): void {
  console.error(error);
  process.exit(1);
}

/** Everything is loaded before the start: in faster time, what loads then would make the first calls late by seconds. */
async function prepare(run: Prepare): Promise<void> {
  // First of all, before anything that is imported later can take the real ones.
  scaleGlobals(run.timeFactor);
  Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false });
  const { measureTransport } = await import('./transport.ts');
  const { findScenario } = await import('../scenarios/all.ts');
  const { findContestant } = await import('../contestants/all.ts');
  const { describeFleet } = await import('./describe-fleet.ts');
  const { seededRandom } = await import('../random.ts');

  const scenario = findScenario(run.scenario);
  const calls = scenario.calls(seededRandom(run.seed, scenario.drawnAs ?? scenario.name));
  const contestant = findContestant(run.contestant);
  const model = contestant.createModel(describeFleet(scenario, run.ports));
  const transportMs = await measureTransport(run.calibrationPort, run.timeFactor, scenario, contestant);
  play = (startsAtRealMs) =>
    playCalls({ scenario, calls, contestant, model }, new ScaledTime(run.timeFactor, startsAtRealMs));
  tell({ type: 'prepared', transportMs });
}

interface Play {
  readonly scenario: Scenario;
  readonly calls: readonly PlannedCall[];
  readonly contestant: Contestant;
  readonly model: LanguageModel;
}

async function playCalls({ scenario, calls, contestant, model }: Play, time: ScaledTime): Promise<void> {
  const { makeCall } = await import('./application.ts');
  const now = (): number => time.now();
  const stopWatching = watchEffort();

  const records = new Map<number, CallRecord>();
  const pending: Promise<unknown>[] = [];
  await playSchedule(calls, time, (call) => {
    pending.push(
      makeCall(model, call, { ...scenario, maxRetries: contestant.maxRetries, now }).then((record) =>
        records.set(call.id, record),
      ),
    );
  });
  const lastDeadlineMs = scenario.untilMs + scenario.deadlineMs + GRACE_MS;
  await Promise.race([
    Promise.all(pending),
    new Promise<void>((resolve) => void time.after(lastDeadlineMs - now(), resolve)),
  ]);
  const effort = stopWatching();
  const observed = calls.map((call) => records.get(call.id) ?? openRecord(call, now()));
  tell({ type: 'finished', calls: observed, effort }, () => process.exit(0));
}

/** Starts each call at its time, whatever has become of the ones before. */
function playSchedule(
  calls: readonly PlannedCall[],
  time: ScaledTime,
  start: (call: PlannedCall) => void,
): Promise<void> {
  return new Promise((resolve) => {
    let next = 0;
    const startDue = (): void => {
      while (next < calls.length && calls[next]!.atMs <= time.now()) {
        start(calls[next]!);
        next += 1;
      }
      if (next === calls.length) resolve();
      else realTimers.setTimeout(startDue, Math.max(0, Math.floor((calls[next]!.atMs - time.now()) / time.factor)));
    };
    realTimers.setTimeout(startDue, Math.max(0, -time.now() / time.factor));
  });
}

const openRecord = ({ id }: PlannedCall, endedAtMs: number): CallRecord => ({
  callId: id,
  firstContentAtMs: undefined,
  endedAtMs,
  outcome: 'open',
  text: '',
  error: 'still open',
});
