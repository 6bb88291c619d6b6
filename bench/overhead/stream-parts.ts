import { type Figure, toFigure } from './figure.ts';
import { interleave } from './interleave.ts';
import { balancedModel, callOptions, type ChatModel, plainModels } from './models.ts';
import { streamingFetch } from './stub-fetch.ts';

const PARTS = 1_000;

/** Streams read to their end, as fast as they come. */
export async function measureStreamParts(pairs: number, settings: object = {}, variant = ''): Promise<Figure> {
  const fetch = streamingFetch(PARTS);
  const plain = plainModels(1, () => fetch)[0]!;
  const ours = balancedModel(4, () => fetch, settings);
  const comparison = await interleave(
    pairs,
    () => microsecondsAPart(plain),
    () => microsecondsAPart(ours),
  );
  return toFigure(`a stream part of ${PARTS}${variant}`, comparison, 'µs', 0.5);
}

async function microsecondsAPart(model: ChatModel): Promise<number> {
  let parts = 0;
  const startedAt = performance.now();
  const { stream } = await model.doStream(callOptions());
  const reader = stream.getReader();
  for (;;) {
    const { done } = await reader.read();
    if (done) break;
    parts += 1;
  }
  if (parts < PARTS) throw new Error(`A stream had ${parts} parts.`);
  return ((performance.now() - startedAt) * 1_000) / parts;
}
