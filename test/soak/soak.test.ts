import { existsSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { folderOf, limitMs, runSoak } from './run-soak.ts';

const CALLS = 600;

describe.each([4, 5, 6, 7])('a soak on AI SDK %i', (major) => {
  it.runIf(existsSync(folderOf(major)))(
    'loses, doubles, swaps, cuts and leaks nothing while endpoints fail in every way',
    { timeout: limitMs(CALLS) },
    async () => {
      const { faults, endings } = await runSoak(major, 1, CALLS);

      expect(faults).toEqual([]);
      expect(endings.whole).toBeGreaterThan(CALLS / 2);
    },
  );
});
