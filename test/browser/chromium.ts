import { existsSync } from 'node:fs';

/** Debian's. */
export const CHROMIUM = '/usr/bin/chromium';

const isThere = existsSync(CHROMIUM);

/** Where it is missing, a local run leaves the tests out and says so; in CI they fail. */
export const leavesOutBrowser = !isThere && process.env['CI'] === undefined;

if (leavesOutBrowser)
  console.warn(`Left out, since there is no ${CHROMIUM}: the tests of the status page and of the chat in a browser.`);
