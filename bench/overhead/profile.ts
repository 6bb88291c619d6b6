/**
 * Runs one kind of work in a loop, for a profiler:
 *
 *     node --cpu-prof --cpu-prof-interval 100 bench/overhead/profile.ts calls        # or: calls-1000, stream, tick
 *     node bench/overhead/profile.ts --summarise CPU.….cpuprofile                    # self time by function, ours first
 *
 * The profile also opens in Chrome's developer tools. `--heap-prof` instead of `--cpu-prof` shows what allocates.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { balancedModel, callOptions } from './models.ts';
import { answeringFetch, streamingFetch } from './stub-fetch.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { summarise: { type: 'string' }, seconds: { type: 'string', default: '5' } },
});

/** One turn of each kind of work. */
const WORK: Readonly<Record<string, () => () => Promise<unknown>>> = {
  calls: () => callsOn(4),
  'calls-1000': () => callsOn(1_000),
  stream: () => {
    const fetch = streamingFetch(1_000);
    const model = balancedModel(4, () => fetch);
    return async () => {
      const { stream } = await model.doStream(callOptions());
      const reader = stream.getReader();
      while (!(await reader.read()).done);
    };
  },
  tick: () => {
    const model = balancedModel(1_000, () => answeringFetch);
    return () => Promise.all(Array.from({ length: 1_000 }, () => model.doGenerate(callOptions())));
  },
};

function callsOn(endpoints: number): () => Promise<unknown> {
  const model = balancedModel(endpoints, () => answeringFetch);
  return async () => {
    for (let call = 0; call < 100; call += 1) await model.doGenerate(callOptions());
  };
}

/** The parts of the .cpuprofile format that are needed here. */
interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

function summarise(path: string): void {
  const profile = JSON.parse(readFileSync(path, 'utf8')) as CpuProfile;
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  const selfMs = new Map<string, number>();
  let totalMs = 0;
  for (const [index, id] of profile.samples.entries()) {
    const frame = frames.get(id);
    if (frame === undefined || frame.functionName === '(idle)') continue;
    const place = frame.url.replace(/^.*\/(src|node_modules)\//, '$1/');
    const name = `${frame.functionName || '(anonymous)'} ${place}:${frame.lineNumber + 1}`;
    const ms = (profile.timeDeltas[index] ?? 0) / 1_000;
    selfMs.set(name, (selfMs.get(name) ?? 0) + ms);
    totalMs += ms;
  }
  const list = [...selfMs].toSorted(([, a], [, b]) => b - a);
  const show = (title: string, entries: readonly (readonly [string, number])[]): void => {
    const sum = entries.reduce((total, [, ms]) => total + ms, 0);
    console.log(`${title}: ${((100 * sum) / totalMs).toFixed(1)} % of ${totalMs.toFixed(0)} ms`);
    for (const [name, ms] of entries.slice(0, 25)) console.log(`  ${((100 * ms) / totalMs).toFixed(2)} %  ${name}`);
  };
  show(
    'ours',
    list.filter(([name]) => name.includes(' src/')),
  );
  show(
    'the rest',
    list.filter(([name]) => !name.includes(' src/')),
  );
}

if (values.summarise !== undefined) {
  summarise(values.summarise);
} else {
  const make = WORK[positionals[0] ?? 'calls'];
  if (make === undefined) throw new Error(`No such work. There is: ${Object.keys(WORK).join(', ')}.`);
  const turn = make();
  const endsAt = performance.now() + 1_000 * Number(values.seconds);
  while (performance.now() < endsAt) await turn();
}
