import { readFileSync } from 'node:fs';

import { writeResult } from '../write-result.ts';
import type { Outage } from './outage.ts';

const FILE = new URL('../results/fleet.md', import.meta.url);

const PREAMBLE = `# A fleet of rate-limited endpoints, side by side

\`npm run bench:fleet\` measures all of this anew, \`npm run bench:fleet -- <scenario>\` one part. Every contestant meets the same
seeded arrivals, service times and failures over real HTTP on loopback. Times are from the scheduled arrival of each call, in the
scenario's own time; those of the oracle (\`bench/fleet/oracle.ts\`) include what a plain SDK call costs on the machine.
`;

/** Puts sections in the place of those of the same name, in the order given; others that are there stay. */
export function writeSections(sections: ReadonlyMap<string, string>, order: readonly string[], setting: string): void {
  const all = new Map([...readSections(), ...sections]);
  const listed = order.flatMap((name) => all.get(name) ?? []);
  writeResult('fleet.md', [PREAMBLE, `${setting}\n`, ...listed].join('\n'));
}

export const writeOutage = (outage: Outage): void => writeResult('outage.json', JSON.stringify(outage));

function readSections(): ReadonlyMap<string, string> {
  let text: string;
  try {
    text = readFileSync(FILE, 'utf8');
  } catch {
    return new Map();
  }
  const sections = text.split(/^(?=## )/m).slice(1);
  return new Map(sections.map((section) => [/^## (.*)$/m.exec(section)?.[1] ?? '', section]));
}
