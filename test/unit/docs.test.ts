import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const pages = readdirSync(`${root}docs`).filter((name) => name.endsWith('.md'));

describe.each(pages)('docs/%s', (page) => {
  const text = readFileSync(`${root}docs/${page}`, 'utf8');

  it('names files and folders of src that exist', () => {
    const named = [...text.matchAll(/`([a-z-]+(?:\/[a-z-]+)*(?:\.ts|\/))`/g)].map(([, path = '']) => path);

    expect(named).not.toEqual([]);
    expect(named.filter((path) => !existsSync(`${root}src/${path}`))).toEqual([]);
  });
});

it('docs/architecture.md has fewer than 60 lines', () => {
  expect(readFileSync(`${root}docs/architecture.md`, 'utf8').trimEnd().split('\n').length).toBeLessThan(60);
});
