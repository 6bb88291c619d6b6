import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

describe('docs/architecture.md', () => {
  const text = readFileSync(`${root}docs/architecture.md`, 'utf8');

  it('names files and folders of src that exist', () => {
    const named = [...text.matchAll(/`([a-z-]+(?:\/[a-z-]+)*(?:\.ts|\/))`/g)].map(([, path = '']) => path);

    expect(named).not.toEqual([]);
    expect(named.filter((path) => !existsSync(`${root}src/${path}`))).toEqual([]);
  });

  it('has fewer than 60 lines', () => {
    expect(text.trimEnd().split('\n').length).toBeLessThan(60);
  });
});

it('README.md has less than 10 KB', () => {
  expect(statSync(`${root}README.md`).size).toBeLessThan(10_000);
});

const pages = ['README.md', 'CHANGELOG.md', ...readdirSync(`${root}docs`).map((name) => `docs/${name}`)];

it.each(pages)('%s has no marks that a merge has left', (page) => {
  // The formatter puts spaces between the `>` of such a mark.
  expect(readFileSync(root + page, 'utf8')).not.toMatch(/^(?:<{7}|(?:> ?){7}|={7}$)/m);
});
