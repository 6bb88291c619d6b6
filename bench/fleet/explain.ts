/**
 * Says where a run's figures come from, out of a file that `main.ts --trace file` wrote.
 *
 *     node bench/fleet/explain.ts trace.json [--slowest 10] [--call id]
 *
 * For each deployment: how much of its quota was spent, and how that went minute by minute. For the calls that lost most
 * time against the oracle: every attempt.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { groupBy } from './group-by.ts';
import type { AttemptRecord } from './records.ts';
import { findScenario } from './scenarios/all.ts';
import type { Trace } from './trace.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { slowest: { type: 'string', default: '10' }, call: { type: 'string', multiple: true } },
});
const trace = JSON.parse(readFileSync(positionals[0] ?? 'trace.json', 'utf8')) as Trace;
const scenario = findScenario(trace.scenario);
const { calls, oracle } = trace;
const { attempts } = trace.observation;
const records = trace.observation.calls;
const attemptsOf = groupBy(attempts, ({ callId }) => callId);

console.log(`${scenario.name}: ${trace.contestant}`);
for (const [index, { name, rpm }] of scenario.servers.entries()) {
  const here = attempts.filter(({ server }) => server === index);
  const outcomes = groupBy(here, ({ outcome }) => outcome);
  const counts = [...outcomes].map(([outcome, group]) => `${outcome} ${group.length}`).join(', ');
  const minutes = Array.from({ length: Math.ceil(scenario.untilMs / 15_000) }, (_, part) => {
    const then = here.filter(({ atMs, outcome }) => outcome === 'answered' && Math.floor(atMs / 15_000) === part);
    return `${((100 * then.length) / (rpm / 4)).toFixed(0)}`;
  });
  console.log(`  ${name.padEnd(14)} ${counts}; % of its requests spent, each 15 s: ${minutes.join(' ')}`);
}

const describe = ({ server, atMs, outcome }: AttemptRecord, from: number): string =>
  `${scenario.servers[server]?.name} at ${(atMs - from).toFixed(0)} ${outcome}`;

function explainCall(id: number): void {
  const call = calls[id];
  const record = records.find(({ callId }) => callId === id);
  if (call === undefined || record === undefined) return;
  const made = (attemptsOf.get(id) ?? []).map((attempt) => describe(attempt, call.atMs)).join('; ');
  const best = oracle[id];
  console.log(
    `  call ${id} at ${call.atMs.toFixed(0)}: ${record.outcome} after ${(record.endedAtMs - call.atMs).toFixed(0)} ms`,
    `(oracle ${best?.isAnswered === true ? best.totalMs.toFixed(0) : 'refused'}), first content ${((record.firstContentAtMs ?? Number.NaN) - call.atMs).toFixed(0)}`,
    `(oracle ${best?.firstContentMs.toFixed(0)}): ${made}${record.error === undefined ? '' : `; ${record.error}`}`,
  );
}

const lost = records
  .map((record) => {
    const { callId, outcome, endedAtMs } = record;
    const best = oracle[callId];
    const lostMs = endedAtMs - calls[callId]!.atMs - (best?.isAnswered === true ? best.totalMs : 0);
    return { callId, lostMs: outcome === 'answered' ? lostMs : Infinity };
  })
  .filter(({ callId }) => calls[callId]!.atMs >= scenario.warmUpMs && calls[callId]!.isBad !== true)
  .toSorted((a, b) => b.lostMs - a.lostMs);
const chosen = values.call?.map(Number) ?? lost.slice(0, Number(values.slowest)).map(({ callId }) => callId);
for (const id of chosen) explainCall(id);
