import { expect, it } from 'vitest';

import { LruMap } from '../../src/lru-map.ts';

it('a map of thousands that are in use looks at few of them for each that comes', () => {
  let looks = 0;
  const map = new LruMap<number, number>(100, () => {
    looks += 1;
    return true;
  });

  for (let key = 0; key < 5_000; key++) map.set(key, key);

  expect([...map.values()]).toHaveLength(5_000);
  expect(looks).toBeLessThan(10 * 5_000);
});

it('a map that held more than it should, since all was in use, shrinks with what comes later', () => {
  let isInUse = true;
  const map = new LruMap<number, number>(100, () => isInUse);
  for (let key = 0; key < 500; key++) map.set(key, key);

  isInUse = false;
  for (let key = 500; key < 600; key++) map.set(key, key);

  expect([...map.values()]).toEqual(Array.from({ length: 100 }, (_, index) => 500 + index));
});

it('a map finds what is not in use among what is', () => {
  const map = new LruMap<string, string>(50, (value) => value !== 'free');
  for (let key = 0; key < 50; key++) map.set(`busy ${key}`, 'busy');
  map.set('free', 'free');
  for (let key = 50; key < 100; key++) map.set(`busy ${key}`, 'busy');

  expect(map.get('free')).toBeUndefined();
  expect([...map.values()]).toHaveLength(100);
});
