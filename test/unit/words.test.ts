/** Plain words: the subject of a sentence is a deployment, an endpoint, a gate, a call, an attempt, and never a person. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

const PLACES = [
  'src',
  'test',
  'docs',
  'examples',
  'bench',
  '.changeset',
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
];

/** Between two words there may be the end of a line, and the beginning of the next line of a comment. */
const PERSONS =
  /\b(?:some|any|every|no)body\b|\b(?:some|any|every)one\b|\bno[\s*/]+one\b|\bwho(?:ever|m)\b|\bthose[\s*/]+who\b/gi;

/** The files of a place. What tools leave behind (`.next`, `node_modules`) is none of ours. */
function filesIn(path: string): readonly string[] {
  if (!existsSync(join(root, path))) return [];
  if (!statSync(join(root, path)).isDirectory()) return [path];
  return readdirSync(join(root, path))
    .filter((name) => !name.startsWith('.') && name !== 'node_modules')
    .flatMap((name) => filesIn(`${path}/${name}`));
}

const personsIn = (file: string): readonly string[] => {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(PERSONS)].map(({ 0: word, index }) => {
    const line = text.slice(0, index).split('\n').length;
    return `${file}:${line}: ${word}`;
  });
};

it.each(PLACES)('%s speaks of no persons', (place) => {
  expect(filesIn(place).flatMap((file) => personsIn(file))).toEqual([]);
});
