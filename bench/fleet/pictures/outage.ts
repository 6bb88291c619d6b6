import { OURS } from '../contestants/contestant.ts';
import type { Outage } from '../outage.ts';
import { rectangle, svg, text } from './svg.ts';

/** A call is a square; a second is a column of them. */
const CALL = { size: 4, step: 5 };
const LEFT = 12;
const TOP = 46;
const LABEL_HEIGHT = 22;
const TICK_S = 25;

const xOf = (second: number): number => LEFT + second * CALL.step;

/** An outage second by second: calls that were answered stand on a line for each contestant, those that were lost hang from it. */
export function outagePicture({ title, fromMs, untilMs, contestants }: Outage): string {
  const seconds = contestants[0]?.answered.length ?? 0;
  const above = most(contestants.map(({ answered }) => answered)) * CALL.step;
  const below = most(contestants.map(({ lost }) => lost)) * CALL.step;
  const bottom = TOP + contestants.length * (LABEL_HEIGHT + above + below);
  const outS = (untilMs - fromMs) / 1_000;
  const shapes = [
    text(
      LEFT,
      18,
      'Each square is a call, at the second at which it was to be made: answered above the line, lost below it',
    ),
    rectangle(xOf(fromMs / 1_000), TOP - 16, outS * CALL.step, bottom - TOP + 16, 'shade'),
    text(xOf((fromMs + untilMs) / 2_000), TOP - 3, 'one of four endpoints hangs', 'middle'),
  ];
  for (const [index, { name, answered, lost }] of contestants.entries()) {
    const top = TOP + index * (LABEL_HEIGHT + above + below);
    const line = top + LABEL_HEIGHT + above;
    const lostPercent = (100 * sum(lost)) / (sum(lost) + sum(answered));
    shapes.push(text(LEFT, top + 15, `${name}: ${lostPercent.toFixed(1)} % of calls lost`, 'strong'));
    shapes.push(columns(answered, line, -CALL.step, name === OURS ? 'ours' : 'others'));
    shapes.push(columns(lost, line + 2, CALL.step, 'lost'));
  }
  for (let second = 0; second <= seconds; second += TICK_S) {
    shapes.push(text(xOf(second), bottom + 18, `${second} s`, second === 0 ? '' : 'middle'));
  }
  return svg(title, xOf(seconds) + 24, bottom + 30, shapes);
}

const most = (counts: readonly (readonly number[])[]): number => Math.max(0, ...counts.flat());
const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0);

/** Columns are dashed lines, of which each dash is a call: that is a tenth of what as many squares take. */
function columns(counts: readonly number[], y: number, step: number, style: string): string {
  const lines = counts.map((count, second) =>
    count === 0 ? '' : `M${xOf(second) + CALL.size / 2} ${y}v${count * step}`,
  );
  return `<path d="${lines.join('')}" class="dashed ${style}"/>`;
}
