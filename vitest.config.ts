import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('.', import.meta.url));

/**
 * One project per AI SDK line. Each lives in its own prepared folder, so that every import in it, the packed
 * package included, resolves to what a user of that line would have installed.
 */
const sdkLines = [4, 5, 6, 7]
  .filter((line) => existsSync(`${root}.sdk-lines/${line}/test`))
  .map((line) => ({
    root: `${root}.sdk-lines/${line}`,
    test: {
      name: `sdk-${line}`,
      include: ['test/sdk-lines/suite/**/*.test.ts'],
      environment: 'node' as const,
      testTimeout: 20_000,
    },
  }));

export default defineConfig({
  test: {
    maxWorkers: '100%', // most tests wait for sockets
    projects: [
      {
        resolve: { alias: { 'ai-sdk-load-balancer': `${root}src/index.ts` } },
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/sdk-lines/**'],
          environment: 'node',
          testTimeout: 20_000,
        },
      },
      ...sdkLines,
    ],
  },
});
