/**
 * Runs contestants side by side through scenarios, writes bench/results/fleet.md and outage.json, and draws the pictures of them.
 *
 *     node bench/fleet/main.ts [scenario…] [--contestant name] [--seed n] [--quick] [--trace file]
 *
 * What the flags mean is in bench/README.md.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';

import type { PlannedCall } from './call-plan.ts';
import { CONTESTANTS, findContestant } from './contestants/all.ts';
import { OURS } from './contestants/contestant.ts';
import { isDoubtful } from './effort.ts';
import { groupBy } from './group-by.ts';
import { askOracle } from './oracle.ts';
import { type Outage, outageOf, PICTURED } from './outage.ts';
import { seededRandom } from './random.ts';
import type { Observation } from './records.ts';
import { writeOutage, writeSections } from './results-file.ts';
import { run } from './run.ts';
import type { Scenario } from './scenario.ts';
import { findScenario, SCENARIOS } from './scenarios/all.ts';
import { type Result, section } from './table.ts';
import { takeScore } from './take-score.ts';
import type { Trace } from './trace.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    contestant: { type: 'string', multiple: true },
    seed: { type: 'string', default: '1' },
    quick: { type: 'boolean', default: false },
    trace: { type: 'string' },
  },
});
const seed = Number(values.seed);
const chosen = values.contestant?.map((name) => findContestant(name).name) ?? (values.quick ? [OURS] : undefined);
const scenarios = positionals.length === 0 ? SCENARIOS : positionals.map((name) => findScenario(name));

async function runScenario(scenario: Scenario, calls: readonly PlannedCall[]): Promise<readonly Result[]> {
  const oracle = askOracle(scenario, calls);
  const names = CONTESTANTS.map(({ name }) => name).filter(
    (name) => (chosen?.includes(name) ?? true) && (scenario.contestants?.includes(name) ?? true),
  );
  const timeFactor = scenario.timeFactor * (values.quick ? 1.5 : 1);
  const results: Result[] = [];
  for (const contestant of names) {
    const observation = await run({ scenario: scenario.name, seed, timeFactor }, contestant);
    results.push({ contestant, score: takeScore(scenario, calls, oracle, observation), observation });
    console.log(describeRun(contestant, observation));
    if (values.trace !== undefined) {
      const trace: Trace = { scenario: scenario.name, contestant, calls, oracle, observation };
      writeFileSync(values.trace, JSON.stringify(trace));
    }
  }
  return results;
}

/** Of a package as it is installed. */
function versionOf(name: string): string {
  const file = new URL(`../../node_modules/${name}/package.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version;
}

/** What the figures are worth, and why calls failed. */
function describeRun(contestant: string, { calls, client, server, transportMs }: Observation): string {
  const errors = groupBy(
    calls.filter(({ outcome }) => outcome !== 'answered'),
    ({ outcome, error }) => `${outcome}: ${error ?? ''}`.slice(0, 110),
  );
  const worst = [...errors].toSorted(([, a], [, b]) => b.length - a.length).slice(0, 4);
  return [
    `   ${contestant}: client ${(100 * client.cpu).toFixed(0)} % of a processor, ${client.lagP99RealMs.toFixed(1)} ms late at p99;`,
    `server ${(100 * server.cpu).toFixed(0)} %, ${server.lagP99RealMs.toFixed(1)} ms; a plain call costs ${transportMs.toFixed(0)} ms`,
    isDoubtful(client) || isDoubtful(server) ? '  TOO BUSY, figures doubtful' : '',
    ...worst.map(([error, records]) => `\n      ${records.length} × ${error}`),
  ].join(' ');
}

let outage: Outage | undefined;
const sections = new Map<string, string>();
for (const scenario of scenarios) {
  const startedAt = performance.now();
  console.log(`-- ${scenario.name}`);
  const calls = scenario.calls(seededRandom(seed, scenario.drawnAs ?? scenario.name));
  const results = await runScenario(scenario, calls);
  const text = section(scenario, results);
  if (scenario.name === PICTURED) outage = outageOf(scenario, calls, results);
  sections.set(scenario.name, text);
  console.log(`\n${text}\n   took ${((performance.now() - startedAt) / 1_000).toFixed(0)} s\n`);
}
if (!values.quick && chosen === undefined) {
  const [processor] = cpus();
  const machine = `${availableParallelism()} processors${processor === undefined ? '' : ` (${processor.model.trim()})`}`;
  const versions = ['ai', 'ai-retry', 'ai-fallback'].map((name) => `${name} ${versionOf(name)}`).join(', ');
  const setting = `Seed ${seed}, Node ${process.version}, ${machine}; ${versions}.`;
  writeSections(
    sections,
    SCENARIOS.map(({ name }) => name),
    setting,
  );
  if (outage !== undefined) writeOutage(outage);
  // A script of its own, for results that are there already.
  await import('./draw.ts');
}
