import { isObject, parsed, property, textAt } from '../foreign.ts';

type Body = ReadableStream<Uint8Array<ArrayBuffer>>;

/**
 * Gives events by which a Responses stream says that it failed, `response.failed` and `error`, the form in which every major of the AI
 * SDK hands them on: `error` with its fields one level down.
 */
export function withNestedErrors(body: Body): Body {
  // Not a `TextEncoderStream`: Node's goes from letter to letter, and an event may be of megabytes.
  const encoder = new TextEncoder();
  /** Of a line whose end has not come. */
  let rest = '';
  const lines = new TransformStream<string, Uint8Array<ArrayBuffer>>({
    transform: (piece, controller) => {
      const end = Math.max(piece.lastIndexOf('\n'), piece.lastIndexOf('\r')) + 1;
      if (end > 0) controller.enqueue(encoder.encode(nested(rest + piece.slice(0, end))));
      rest = end > 0 ? piece.slice(end) : rest + piece;
    },
    flush: (controller) => controller.enqueue(encoder.encode(nested(rest))),
  });
  return body.pipeThrough(new TextDecoderStream()).pipeThrough(lines);
}

const nested = (lines: string): string =>
  /"type":\s*"(?:error|response\.failed)"/.test(lines) ? lines.replace(/^data:(.*)$/gm, nestedLine) : lines;

function nestedLine(line: string, data: string): string {
  const frame = parsed(data);
  const type = property(frame, 'type');
  if (type !== 'error' && type !== 'response.failed') return line;
  const inner = property(type === 'error' ? frame : property(frame, 'response'), 'error');
  const error = isObject(inner) ? inner : type === 'error' ? frame : undefined;
  if (error === undefined) return line;
  const word = (key: string): string | null => {
    const value = property(error, key);
    return typeof value === 'number' ? `${value}` : (textAt(error, key) ?? null);
  };
  const told = {
    type: word('type') ?? 'error',
    code: word('code'),
    message: word('message') ?? '',
    param: word('param'),
  };
  return `data: ${JSON.stringify({ type: 'error', sequence_number: 0, error: told })}`;
}
