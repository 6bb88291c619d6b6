import { beforeEach, vi } from 'vitest';

/*
 * A ring's first turn is drawn at random out of a thousand. In tests it is the first endpoint's, unless a test says otherwise.
 */
const { random } = Math;
beforeEach(() => {
  vi.spyOn(Math, 'random').mockImplementation(() => random() / 1_001);
});
