import { readFileSync } from 'node:fs';

import { defineConfig } from 'tsup';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

const library = {
  index: 'src/index.ts',
  opentelemetry: 'src/opentelemetry/index.ts',
  redis: 'src/redis/index.ts',
  status: 'src/status-page/index.ts',
};

export default defineConfig({
  entry: { ...library, cli: 'src/cli/main.ts' },
  format: 'esm',
  platform: 'neutral', // the core is edge-safe: nothing of Node may be assumed or shimmed
  target: ['node22', 'es2022'],
  dts: { entry: library },
  // Only the command line has Node's modules, and these are no packages.
  external: [/^node:/],
  removeNodeProtocol: false,
  // The code is not minified and keeps its comments: a map would be twice as large, and say the same.
  sourcemap: false,
  define: { PACKAGE_VERSION: JSON.stringify(version) },
  clean: true,
  splitting: true, // what is imported on demand is in a file of its own
});
