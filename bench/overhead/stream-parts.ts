import { type Figure, toFigure } from './figure.ts';
import { interleave } from './interleave.ts';
import { balancedModel, callOptions, type ChatModel, plainModels } from './models.ts';
import { streamingFetch } from './stub-fetch.ts';

const PARTS = 1_000;

type OpenStream = () => Promise<ReadableStream<unknown>>;

/**
 * Streams read to their end, as fast as they come: ours, and beside it a stream that does nothing but hand parts on, since that is
 * the least that a stream in front of another can cost.
 */
export async function measureStreamParts(pairs: number): Promise<readonly Figure[]> {
  const fetch = streamingFetch(PARTS);
  const [model] = plainModels(1, () => fetch);
  const plain = openBy(model as ChatModel);
  const ours = openBy(balancedModel(4, () => fetch));
  const compare = async (name: string, open: OpenStream, target?: number): Promise<Figure> => {
    const comparison = await interleave(
      pairs,
      () => microsecondsAPart(plain),
      () => microsecondsAPart(open),
    );
    return toFigure(name, comparison, 'µs', target);
  };
  return [
    await compare(`a stream part of ${PARTS}`, ours, 2.5),
    await compare('the same of a bare stream in front of the plain one', async () => handOn(await plain())),
  ];
}

const openBy =
  (model: ChatModel): OpenStream =>
  async () =>
    (await model.doStream(callOptions())).stream;

function handOn(stream: ReadableStream<unknown>): ReadableStream<unknown> {
  const reader = stream.getReader();
  let controller: ReadableStreamDefaultController<unknown> | undefined;
  const relay = ({ done, value }: ReadableStreamReadResult<unknown>): void => {
    if (done) controller?.close();
    else controller?.enqueue(value);
  };
  return new ReadableStream(
    {
      start: (given) => {
        controller = given;
      },
      pull: () => void reader.read().then(relay),
    },
    { highWaterMark: 0 },
  );
}

async function microsecondsAPart(open: OpenStream): Promise<number> {
  let parts = 0;
  const startedAt = performance.now();
  const reader = (await open()).getReader();
  for (;;) {
    const { done } = await reader.read();
    if (done) break;
    parts += 1;
  }
  if (parts < PARTS) throw new Error(`A stream had ${parts} parts.`);
  return ((performance.now() - startedAt) * 1_000) / parts;
}
