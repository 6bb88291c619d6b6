import { fileURLToPath } from 'node:url';

import type { NextConfig } from 'next';

// The package is linked from the repository around this folder.
const root = fileURLToPath(new URL('../..', import.meta.url));

export default { devIndicators: false, turbopack: { root }, outputFileTracingRoot: root } satisfies NextConfig;
