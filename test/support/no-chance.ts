import { beforeEach, vi } from 'vitest';

/*
 * A ring's first turn is drawn at random out of a thousand. In tests it is the first endpoint's, unless a test says otherwise. The
 * AI SDK keeps its chance: it makes ids of it.
 */
const { random } = Math;
beforeEach(() => {
  vi.spyOn(Math, 'random').mockImplementation(() => (isDrawnBySdk() ? random() : random() / 1_001));
});

/** The first frame outside the spy is the one that draws. */
function isDrawnBySdk(): boolean {
  const frames = new Error('Where from?').stack?.split('\n').slice(1) ?? [];
  const drawing = frames.find((frame) => !/no-chance|vitest|tinyspy/.test(frame)) ?? '';
  return /node_modules\/(?:ai|@ai-sdk)\//.test(drawing);
}
