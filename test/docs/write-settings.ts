/** Writes the tables of docs/settings.md anew, out of the comments in src/settings/: `npm run docs`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { withFreshTables } from './settings-tables.ts';

const page = fileURLToPath(new URL('../../docs/settings.md', import.meta.url));
writeFileSync(page, withFreshTables(readFileSync(page, 'utf8')));
