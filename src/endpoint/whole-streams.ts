type Bytes = Uint8Array<ArrayBuffer>;
type Reader = ReadableStreamDefaultReader<Bytes>;

/** A stream that says one of these needs no end of ours: it has given its reason, or says that it failed. */
const ENDED = /"finish_reason"\s*:\s*"|"error"\s*:\s*[{"]|"object"\s*:\s*"error"/;
const TOOL_CALL = /"tool_calls"\s*:\s*\[\s*\{/;
const TEXT = /"(?:content|text|refusal)"\s*:\s*"[^"]/;
const DONE = /[\r\n]data:\s*\[DONE\]/;
/** Longer than what any of them matches: pieces of a stream end anywhere. */
const OVERLAP = 64;

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/**
 * Lets a stream of Chat or Completions that has said something and then `[DONE]`, but not why it ended, end as a whole one. Servers that
 * speak OpenAI's API leave the reason out, and the AI SDK does not tell such a stream from one that was cut.
 *
 * The body is changed and not piped through another stream, which would be kilobytes for each answer under way.
 */
export function endWhenDone(body: ReadableStream<Bytes>): void {
  if (body instanceof ReadableStream) Object.assign(body, ENDING);
}

/** Bytes are read in no other way: AI SDK 4 pipes a body, 5 to 7 read it. */
const ENDING = {
  getReader(this: ReadableStream<Bytes>): EndingReader {
    return new EndingReader(this);
  },

  pipeThrough<Read>(
    this: ReadableStream<Bytes>,
    stage: ReadableWritablePair<Read, Bytes>,
    options?: StreamPipeOptions,
  ) {
    const reader = new EndingReader(this);
    const pull = async (controller: ReadableStreamDefaultController<Bytes>): Promise<void> => {
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    };
    const cancel = (reason: unknown): Promise<void> => reader.cancel(reason);
    return new ReadableStream({ pull, cancel }, { highWaterMark: 0 }).pipeThrough(stage, options);
  },
};

/** Hands on what it reads, and adds a reason after `[DONE]` where there was none. */
class EndingReader implements Reader {
  // By the platform's own method: Bun starts the body of an answer in it, and in no constructor of a reader.
  readonly #reader: Reader;
  #seen = '\n';
  #reason: 'stop' | 'tool_calls' | undefined;
  #hasEnded = false;

  constructor(body: ReadableStream<Bytes>) {
    this.#reader = ReadableStream.prototype.getReader.call(body) as Reader;
  }

  get closed(): Promise<void> {
    return this.#reader.closed;
  }

  cancel(reason?: unknown): Promise<void> {
    return this.#reader.cancel(reason);
  }

  releaseLock(): void {
    this.#reader.releaseLock();
  }

  // Not an async function, whose frame would be held for as long as the stream is silent.
  read(): Promise<ReadableStreamReadResult<Bytes>> {
    return this.#reader
      .read()
      .then((result) => (result.done || this.#hasEnded ? result : { done: false, value: this.#look(result.value) }));
  }

  #look(bytes: Bytes): Bytes {
    const seen = this.#seen + decoder.decode(bytes);
    // Most pieces end with an event.
    this.#seen = seen.endsWith('\n') ? '\n' : seen.slice(-OVERLAP);
    this.#hasEnded = ENDED.test(seen);
    if (TOOL_CALL.test(seen)) this.#reason = 'tool_calls';
    else if (this.#reason === undefined && TEXT.test(seen)) this.#reason = 'stop';
    if (this.#hasEnded || this.#reason === undefined || !DONE.test(seen)) return bytes;
    this.#hasEnded = true;
    // As Chat and as Completions write it.
    const choice = { index: 0, delta: {}, text: '', finish_reason: this.#reason };
    const end = encoder.encode(`\n\ndata: ${JSON.stringify({ choices: [choice] })}\n\n`);
    const whole = new Uint8Array(bytes.length + end.length);
    whole.set(bytes);
    whole.set(end, bytes.length);
    return whole;
  }
}
