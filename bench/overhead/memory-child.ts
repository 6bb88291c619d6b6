/** Prints how many bytes of heap each of many open calls holds. Run with --expose-gc by memory.ts. */
import { balancedModel, callOptions, type ChatModel, plainModels } from './models.ts';
import { rejectingFetch, silentFetch, streamingFetch } from './stub-fetch.ts';

export type MemoryCase =
  | 'ours-waiting'
  | 'ours-waiting-without-signal'
  | 'ours-generate'
  | 'ours-stream'
  | 'plain-generate'
  | 'plain-stream';

const CALLS = 10_000;
/** Room for all of them, and a wait that outlasts the measurement. */
const WAITING_SETTINGS = { maxWaiting: 2 * CALLS, maxWaitMs: 3_600_000 };

const settle = (delayMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, delayMs));

async function heapBytes(): Promise<number> {
  for (let run = 0; run < 4; run += 1) {
    await settle(20);
    globalThis.gc?.();
  }
  return process.memoryUsage().heapUsed;
}

/** Each call has options of its own, made before, so that they are not counted. */
const makeOptions = (hasSignal: boolean): readonly Parameters<ChatModel['doGenerate']>[0][] =>
  Array.from({ length: CALLS }, () => ({
    ...callOptions(),
    ...(hasSignal && { abortSignal: new AbortController().signal }),
  }));

/** What each call leaves behind while it is open. */
const held: unknown[] = Array.from({ length: CALLS });

/** A stream is in flight when its first part has been read and the next has been asked for. */
async function openStream(model: ChatModel, options: Parameters<ChatModel['doStream']>[0]): Promise<unknown> {
  const { stream } = await model.doStream(options);
  const reader = stream.getReader();
  for (;;) {
    const { value } = await reader.read();
    if (value === undefined || value.type === 'text-delta') return reader;
  }
}

/** Sends one piece of text, and nothing more. */
function stallingFetch(): () => Promise<Response> {
  const fetch = streamingFetch(1);
  let first: Uint8Array | undefined;
  return async () => {
    if (first === undefined) {
      const text = await (await fetch()).text();
      first = new TextEncoder().encode(`${text.split('\n\n').slice(0, 2).join('\n\n')}\n\n`);
    }
    const bytes = first;
    const body = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(bytes) });
    return new Response(body, { status: 200, headers: { 'content-type': 'text/event-stream' } });
  };
}

async function measure(of: MemoryCase): Promise<number> {
  const isStream = of.endsWith('stream');
  const isWaiting = of.startsWith('ours-waiting');
  const fetch = isStream ? stallingFetch() : silentFetch;
  const [plain] = plainModels(1, () => fetch);
  const ours = isWaiting ? balancedModel(4, () => rejectingFetch, WAITING_SETTINGS) : balancedModel(4, () => fetch);
  const model = of.startsWith('plain') ? plain! : ours;
  const open = (index: number): PromiseLike<unknown> => {
    const options = allOptions[index]!;
    return isStream ? openStream(model, options) : model.doGenerate(options);
  };
  const allOptions = makeOptions(of !== 'ours-waiting-without-signal');

  if (isWaiting) {
    // Every endpoint names its time here, so that all later calls find none available.
    held[0] = model.doGenerate({ ...callOptions(), abortSignal: AbortSignal.timeout(100) });
    await (held[0] as Promise<unknown>).catch(() => undefined);
  }
  // What the first calls make once for all does not count.
  if (!isWaiting) for (let index = 0; index < 50; index += 1) held[index] = open(index);
  const before = await heapBytes();
  const firstCounted = isWaiting ? 0 : 50;
  for (let index = firstCounted; index < CALLS; index += 1) held[index] = open(index);
  if (isStream) await Promise.all(held);
  const bytes = ((await heapBytes()) - before) / (CALLS - firstCounted);
  if (isWaiting) await mustBePending(held);
  return bytes;
}

/** Calls that failed at once would weigh nothing. */
async function mustBePending(promises: readonly unknown[]): Promise<void> {
  const pending = Symbol('pending');
  const states = await Promise.all(
    promises.map((promise) =>
      Promise.race([promise as Promise<unknown>, Promise.resolve(pending)]).catch((error: unknown) => error),
    ),
  );
  const settled = states.filter((state) => state !== pending);
  if (settled.length > 0) throw new Error(`${settled.length} calls do not wait: ${String(settled[0])}`);
}

console.log(await measure(process.argv[2] as MemoryCase));
process.exit(0);
