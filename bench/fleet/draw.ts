/**
 * Draws bench/results/goodput.svg from bench/results/fleet.md: goodput under overload, contestant by contestant.
 *
 *     node bench/fleet/draw.ts
 */
import { readFileSync, writeFileSync } from 'node:fs';

import { OURS } from './contestants/contestant.ts';

const RESULTS = new URL('../results/', import.meta.url);
const SECTIONS = ['load-140', 'load-140-impatient'];
const BAR = { left: 190, height: 20, gap: 8, widthOfAll: 380 };

interface Bar {
  readonly name: string;
  readonly percent: number;
}

function barsOf(results: string, section: string): readonly Bar[] {
  const text = results.split(/^(?=## )/m).find((part) => part.startsWith(`## ${section}\n`)) ?? '';
  const rows = text.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
  const column = rows.find((cells) => cells.includes('goodput'))?.indexOf('goodput') ?? -1;
  return rows.flatMap((cells) => {
    const percent = Number.parseFloat(cells[column] ?? '');
    return Number.isNaN(percent) ? [] : [{ name: (cells[1] ?? '').replaceAll(/[_†*]/g, '').trim(), percent }];
  });
}

function draw(results: string): string {
  const shapes: string[] = [];
  let y = 24;
  for (const section of SECTIONS) {
    const bars = barsOf(results, section);
    if (bars.length === 0) continue;
    shapes.push(`<text x="8" y="${y}" font-weight="bold">${section}: goodput, % of the oracle's</text>`);
    y += 12;
    for (const { name, percent } of bars) {
      const width = (BAR.widthOfAll * percent) / 100;
      const fill = name === OURS ? '#1f6feb' : '#8b949e';
      shapes.push(
        `<text x="${BAR.left - 8}" y="${y + 15}" text-anchor="end">${name}</text>`,
        `<rect x="${BAR.left}" y="${y}" width="${width.toFixed(1)}" height="${BAR.height}" fill="${fill}"/>`,
        `<text x="${(BAR.left + width + 6).toFixed(1)}" y="${y + 15}">${percent} %</text>`,
      );
      y += BAR.height + BAR.gap;
    }
    y += 24;
  }
  const style = 'font-family="sans-serif" font-size="13" fill="#24292f"';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 660 ${y}" ${style}>\n<title>Goodput under overload</title>\n<rect width="660" height="${y}" fill="#fff"/>\n${shapes.join('\n')}\n</svg>\n`;
}

writeFileSync(new URL('goodput.svg', RESULTS), draw(readFileSync(new URL('fleet.md', RESULTS), 'utf8')));
