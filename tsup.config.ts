import { readFileSync } from 'node:fs';

import { defineConfig } from 'tsup';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    opentelemetry: 'src/opentelemetry/index.ts',
    redis: 'src/redis/index.ts',
    status: 'src/status-page/index.ts',
  },
  format: 'esm',
  platform: 'neutral', // the core is edge-safe: nothing of Node may be assumed or shimmed
  target: ['node22', 'es2022'],
  dts: true,
  // The code is not minified and keeps its comments: a map would be twice as large, and say the same.
  sourcemap: false,
  define: { PACKAGE_VERSION: JSON.stringify(version) },
  clean: true,
  splitting: false,
});
