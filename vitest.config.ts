import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('.', import.meta.url));

/**
 * One project per major of the AI SDK. Each lives in its own prepared folder, so that every import in it, the packed
 * package included, resolves to what a user of that major would have installed.
 */
const sdkMajors = [4, 5, 6, 7]
  .filter((major) => existsSync(`${root}.sdk-majors/${major}/test`))
  .map((major) => ({
    root: `${root}.sdk-majors/${major}`,
    test: {
      name: `sdk-${major}`,
      include: ['test/sdk-majors/suite/**/*.test.ts'],
      environment: 'node' as const,
      testTimeout: 20_000,
      setupFiles: [`${root}test/support/no-chance.ts`],
    },
  }));

export default defineConfig({
  test: {
    maxWorkers: '100%', // most tests wait for sockets
    projects: [
      {
        // The subpaths first: the first that fits is taken.
        resolve: {
          alias: {
            'ai-sdk-load-balancer/opentelemetry': `${root}src/opentelemetry/index.ts`,
            'ai-sdk-load-balancer/redis': `${root}src/redis/index.ts`,
            'ai-sdk-load-balancer/status': `${root}src/status-page/index.ts`,
            'ai-sdk-load-balancer': `${root}src/index.ts`,
          },
        },
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/sdk-majors/**'],
          environment: 'node',
          testTimeout: 20_000,
          setupFiles: ['test/support/no-chance.ts'],
        },
      },
      ...sdkMajors,
    ],
  },
});
