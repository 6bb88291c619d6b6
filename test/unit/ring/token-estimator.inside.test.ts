import { estimateTokenCount } from 'tokenx';
import { expect, it, vi } from 'vitest';

import { TokenEstimator } from '../../../src/ring/token-estimator.ts';

vi.mock(import('tokenx'), async (load) => {
  const tokenx = await load();
  return { ...tokenx, estimateTokenCount: vi.fn(tokenx.estimateTokenCount) };
});

it('a close look at ten megabytes of text reads samples of it, and is right within a tenth', () => {
  const words = Array.from({ length: 1_500_000 }, (_, index) => (index % 3 === 0 ? 'a' : `word${index % 97}`));
  const text = words.join(' ');
  const exact = estimateTokenCount(text);
  vi.mocked(estimateTokenCount).mockClear();

  const estimate = new TokenEstimator().estimate({ prompt: text, maxOutputTokens: 0 });

  const read = vi.mocked(estimateTokenCount).mock.calls.reduce((sum, [part]) => sum + (part?.length ?? 0), 0);
  expect(read).toBeLessThan(50_000);
  expect(Math.abs(estimate / exact - 1)).toBeLessThan(0.1);
});
