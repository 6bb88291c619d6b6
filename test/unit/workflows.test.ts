import { readdirSync, readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

const folder = new URL('../../.github/workflows/', import.meta.url);
const workflows = readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder), 'utf8')] as const);

/** The text of each job. */
const jobsOf = (workflow: string): readonly string[] =>
  (workflow.split(/^jobs:\n/m)[1] ?? '').split(/^(?= {2}\w[\w-]*:\n)/m).filter((job) => job.includes('steps:'));

describe.each(workflows)('the workflow %s', (_, workflow) => {
  it('pins each action by its commit', () => {
    const actions = [...workflow.matchAll(/uses: (.*)/g)].map(([, action]) => action);

    expect(actions.length).toBeGreaterThan(0);
    for (const action of actions) expect(action).toMatch(/^[\w-]+\/[\w-]+@[\da-f]{40} # v\d+\.\d+\.\d+$/);
  });

  it('installs what the lock file says', () => {
    expect(workflow).not.toMatch(/npm install$/m);
  });

  it('installs what the tests start before they run', () => {
    for (const job of jobsOf(workflow)) {
      if (job.includes('npm test')) expect(job).toMatch(/install -y redis-server[^]*npm test/);
    }
  });

  it('gives no job that builds and tests a right to write, and none that publishes anything to install', () => {
    expect(workflow.split(/^jobs:/m)[0]).not.toContain('write');
    for (const job of jobsOf(workflow)) {
      if (job.includes('npm test')) expect(job).not.toContain(': write');
      if (job.includes('id-token: write')) expect(job).not.toMatch(/npm (?:ci|install|test|run)|checkout/);
    }
  });
});
