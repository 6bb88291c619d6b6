import { isObject, property, textAt } from '../failure/foreign.ts';

/** Where an event ends, which began after the one before. */
const END = /\r\n\r\n|\n\n|\r\r/g;

/**
 * Gives events by which a Responses stream says that it failed, `response.failed` and `error`, the form in which every major of the AI
 * SDK hands them on: `error` with its fields one level down.
 */
export const withNestedErrors = (
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
): ReadableStream<Uint8Array<ArrayBuffer>> => body.pipeThrough(new TransformStream(new NestedErrors()));

/** Holds back what is not a whole event, as the SDK's own parser does. */
class NestedErrors implements Transformer<Uint8Array, Uint8Array<ArrayBuffer>> {
  readonly #decoder = new TextDecoder();
  readonly #encoder = new TextEncoder();
  #rest = '';
  /** The end of the rest: an event may be of megabytes, and only what is new is searched. */
  #tail = '';

  transform(chunk: Uint8Array, controller: TransformStreamDefaultController<Uint8Array<ArrayBuffer>>): void {
    const piece = this.#decoder.decode(chunk, { stream: true });
    const searched = this.#tail + piece;
    const end = [...searched.matchAll(END)].at(-1);
    const after = end === undefined ? searched : searched.slice(end.index + end[0].length);
    const events = this.#rest + piece;
    this.#rest = end === undefined ? events : after;
    this.#tail = after.slice(-3);
    if (end !== undefined)
      controller.enqueue(this.#encoder.encode(nested(events.slice(0, events.length - after.length))));
  }

  flush(controller: TransformStreamDefaultController<Uint8Array<ArrayBuffer>>): void {
    const rest = this.#rest + this.#decoder.decode();
    if (rest !== '') controller.enqueue(this.#encoder.encode(nested(rest)));
  }
}

const nested = (events: string): string =>
  /"type":\s*"(?:error|response\.failed)"/.test(events) ? events.replace(/^data:(.*)$/gm, nestedLine) : events;

function nestedLine(line: string, data: string): string {
  const frame = parsed(data);
  const type = property(frame, 'type');
  const inner = property(type === 'error' ? frame : property(frame, 'response'), 'error');
  const error = type === 'error' && !isObject(inner) ? frame : inner;
  if ((type !== 'error' && type !== 'response.failed') || !isObject(error)) return line;
  const code = property(error, 'code');
  return `data: ${JSON.stringify({
    type: 'error',
    sequence_number: 0,
    error: {
      type: textAt(error, 'type') ?? 'error',
      code: typeof code === 'number' ? String(code) : (textAt(error, 'code') ?? null),
      message: textAt(error, 'message') ?? '',
      param: textAt(error, 'param') ?? null,
    },
  })}`;
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}
