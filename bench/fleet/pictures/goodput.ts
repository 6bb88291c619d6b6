import { OURS } from '../contestants/contestant.ts';
import { rectangle, svg, text } from './svg.ts';

const SECTIONS = ['load-140', 'load-140-impatient'];
const BAR = { left: 190, height: 20, gap: 8, widthOfAll: 380 };

interface Bar {
  readonly name: string;
  readonly percent: number;
}

/** Goodput under overload, contestant by contestant, out of the tables of `fleet.md`. */
export function goodputPicture(results: string): string {
  const shapes: string[] = [];
  let y = 24;
  for (const section of SECTIONS) {
    const bars = barsOf(results, section);
    if (bars.length === 0) continue;
    shapes.push(text(8, y, `${section}: goodput, % of the oracle's`, 'strong'));
    y += 12;
    for (const { name, percent } of bars) {
      const width = (BAR.widthOfAll * percent) / 100;
      shapes.push(
        text(BAR.left - 8, y + 15, name, 'end'),
        rectangle(BAR.left, y, width, BAR.height, name === OURS ? 'ours' : 'others'),
        text(BAR.left + width + 6, y + 15, `${percent} %`),
      );
      y += BAR.height + BAR.gap;
    }
    y += 24;
  }
  return svg('Goodput under overload', 660, y, shapes);
}

function barsOf(results: string, section: string): readonly Bar[] {
  const table = results.split(/^(?=## )/m).find((part) => part.startsWith(`## ${section}\n`)) ?? '';
  const rows = table.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
  const column = rows.find((cells) => cells.includes('goodput'))?.indexOf('goodput') ?? -1;
  return rows.flatMap((cells) => {
    const percent = Number.parseFloat(cells[column] ?? '');
    return Number.isNaN(percent) ? [] : [{ name: (cells[1] ?? '').replaceAll(/[_†*]/g, '').trim(), percent }];
  });
}
