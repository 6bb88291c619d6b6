import { defineConfig } from 'tsup';

export default defineConfig({
  entry: ['src/index.ts'],
  format: 'esm',
  platform: 'neutral', // the core is edge-safe: nothing of Node may be assumed or shimmed
  target: ['node22', 'es2022'],
  dts: true,
  sourcemap: true,
  clean: true,
  splitting: false,
});
