import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
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

const OUTSIDE = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'bench/README.md',
  'examples/README.md',
];
const inDocs = readdirSync(`${root}docs`).filter((name) => /\.mdx?$/.test(name));
const pages = [...OUTSIDE, ...inDocs.map((name) => `docs/${name}`)];
const textOf = (page: string): string => readFileSync(root + page, 'utf8');

describe.each(pages)('%s', (page) => {
  const text = textOf(page);

  it('has no marks that a merge has left', () => {
    // The formatter puts spaces between the `>` of such a mark.
    expect(text).not.toMatch(/^(?:<{7}|(?:> ?){7}|={7}$)/m);
  });

  it('links to headings and files that exist', () => {
    const targets = [...text.matchAll(/\]\((?!https?:)([^)]+)\)/g)].map(([, target = '']) => target);
    const isThere = (target: string): boolean => {
      const [file = '', heading] = target.split('#');
      const path = file === '' ? page : join(dirname(page), file);
      return existsSync(root + path) && (heading === undefined || anchorsOf(path).includes(heading));
    };

    expect(targets.filter((target) => !isThere(target))).toEqual([]);
  });

  it('says where each link that it names leads', () => {
    const named = [...text.matchAll(/\]\[([a-z0-9]+)\]/g)].map(([, name = '']) => name);

    expect(named.filter((name) => !text.includes(`\n[${name}]: http`))).toEqual([]);
  });
});

const anchorsOf = (page: string): string[] =>
  [...textOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchorOf(heading));

/** GitHub's name for a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
