import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import type { Figure } from './figure.ts';
import type { MemoryCase } from './memory-child.ts';

const CHILD = fileURLToPath(new URL('memory-child.ts', import.meta.url));

/** Bytes of heap a call, of the calls that one child process holds open. */
async function bytesACall(of: MemoryCase): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', CHILD, of], { timeout: 60_000 });
  return Number(stdout);
}

/** A process of its own for each figure, since heaps remember. */
export async function measureMemory(): Promise<readonly Figure[]> {
  const figures: Figure[] = [
    {
      name: 'memory of a waiting call over its options, of 10,000',
      value: await bytesACall('ours-waiting'),
      unit: 'bytes',
      target: 2_048,
      note: 'each with an abort signal of its own',
    },
    {
      name: 'the same without abort signals',
      value: await bytesACall('ours-waiting-without-signal'),
      unit: 'bytes',
      target: undefined,
      note: '',
    },
  ];
  for (const kind of ['generate', 'stream'] as const) {
    const plain = await bytesACall(`plain-${kind}`);
    const ours = await bytesACall(`ours-${kind}`);
    figures.push({
      name: `memory of a call in flight over the plain SDK's, ${kind}`,
      value: ours - plain,
      unit: 'bytes',
      target: 4_096,
      note: `plain ${plain.toFixed(0)}, ours ${ours.toFixed(0)}`,
    });
  }
  return figures;
}
