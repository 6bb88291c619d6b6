/** The figures of the README are those that the benchmarks have written last. */
import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import type { Outage } from '../../bench/fleet/outage.ts';
import { goodputPicture } from '../../bench/fleet/pictures/goodput.ts';
import { outagePicture } from '../../bench/fleet/pictures/outage.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

const FIGURES = read('README.md').split('## Figures')[1]?.split('\n## ')[0] ?? '';

/** The calls of a scenario, and a column of its table by contestant. */
function scenario(name: string): { readonly calls: string; readonly of: (who: string, column: string) => string } {
  const section = read('bench/results/fleet.md').split(`## ${name}\n`)[1]?.split('\n## ')[0] ?? '';
  const rows = section.split('\n').map((line) => line.split('|').map((cell) => cell.replace('†', '').trim()));
  const head = rows.find((cells) => cells.includes('success')) ?? [];
  return {
    calls: /(\d+) calls;/.exec(section)?.[1] ?? '',
    of: (who, column) => rows.find((cells) => cells[1] === who)?.[head.indexOf(column)] ?? '',
  };
}

describe('the figures of the README', () => {
  it('are those of two outages', () => {
    const { calls, of } = scenario('outages');
    const dead = 'attempts on dead';

    expect(of('ai-sdk-load-balancer', 'success')).toBe('100.0 %');
    expect(FIGURES).toContain(`all of ${calls} calls are answered, with ${of('ai-sdk-load-balancer', dead)} attempts`);
    expect(FIGURES).toContain(`answers ${of('rotation', 'success')}, with ${of('rotation', dead)}.`);
  });

  it('are those of an endpoint that hangs', () => {
    const { calls, of } = scenario('hang');

    expect(of('ai-sdk-load-balancer', 'success')).toBe('100.0 %');
    expect(of('rotation with failover', 'success')).toBe(of('rotation', 'success'));
    expect(FIGURES).toContain(`all of ${calls} calls are answered, with \`hedge\``);
    expect(FIGURES).toContain(`without, answers ${of('rotation', 'success')}.`);
  });

  it('are those of processes that share a quota', () => {
    const [, sent, refusals] =
      /redisState\(client\)` +\| +(\S+ %) \| +(\S+)/.exec(read('bench/results/shared.md')) ?? [];

    expect(refusals).toBe('0.000');
    expect(FIGURES).toContain(`they send ${sent} of it and meet no 429`);
  });

  it('are those of a call in the process', () => {
    const rows = [...read('bench/results/overhead.md').matchAll(/^\| a call, .*? ([\d.]+) µs .* of plain ([\d.]+),/gm)];
    const range = (column: number): readonly number[] => {
      const values = rows.map((row) => Number(row[column]));
      return [Math.round(Math.min(...values)), Math.round(Math.max(...values))];
    };

    expect(FIGURES).toContain(`A call takes ${range(1).join(' to ')} µs more`);
    expect(FIGURES).toContain(`which takes ${range(2).join(' to ')}.`);
  });
});

describe('the pictures of results', () => {
  it('show the results that lie beside them', () => {
    const results = 'bench/results/';

    expect(read(`${results}goodput.svg`)).toBe(goodputPicture(read(`${results}fleet.md`)));
    expect(read(`${results}outage.svg`)).toBe(outagePicture(JSON.parse(read(`${results}outage.json`)) as Outage));
  });
});
