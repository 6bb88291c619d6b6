/**
 * Draws the pictures in bench/results from the results beside them. `main.ts` does it as well, whenever it has written results.
 *
 *     node bench/fleet/draw.ts
 */
import { readFileSync, writeFileSync } from 'node:fs';

import type { Outage } from './outage.ts';
import { goodputPicture } from './pictures/goodput.ts';
import { outagePicture } from './pictures/outage.ts';

const fileOf = (name: string): URL => new URL(`../results/${name}`, import.meta.url);
const read = (name: string): string => readFileSync(fileOf(name), 'utf8');

writeFileSync(fileOf('goodput.svg'), goodputPicture(read('fleet.md')));
writeFileSync(fileOf('outage.svg'), outagePicture(JSON.parse(read('outage.json')) as Outage));
