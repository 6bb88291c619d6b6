/** What a reader of a stream has seen of it. */
export interface StreamReading {
  readonly text: string;
  /** Of the last part of type `finish`. */
  readonly finishReason: string | undefined;
  /** What error parts held, and what reading threw. */
  readonly errors: readonly unknown[];
  /** A part of type `abort` came, as SDK 5 to 7 send it. */
  readonly wasAborted: boolean;
  /** Types in order, with runs of one type counted once. */
  readonly partTypes: readonly string[];
}

/** Reads a `fullStream`, or a model's stream, to its end. It does not throw. */
export async function readStream(parts: AsyncIterable<object>): Promise<StreamReading> {
  const partTypes: string[] = [];
  const errors: unknown[] = [];
  let text = '';
  let finishReason: string | undefined;
  try {
    for await (const part of parts) {
      const { type, error, textDelta, delta, text: whole, finishReason: reason } = fieldsOf(part);
      if (partTypes.at(-1) !== type) partTypes.push(String(type));
      if (type === 'text-delta') text += String(textDelta ?? delta ?? whole);
      if (type === 'error') errors.push(error);
      if (type === 'finish') finishReason = unifiedReason(reason);
    }
  } catch (error) {
    errors.push(error);
  }
  return { text, finishReason, errors, wasAborted: partTypes.includes('abort'), partTypes };
}

/** A `finish` part of SDK 6 and 7 holds an object at the model, and a string in `fullStream`. */
function unifiedReason(reason: unknown): string {
  return typeof reason === 'object' && reason !== null && 'unified' in reason ? String(reason.unified) : String(reason);
}

function fieldsOf(part: object): Readonly<Record<string, unknown>> {
  return { ...part };
}

/** The finish reasons by which the SDK says that an answer is whole. */
export const normalFinishReasons = ['stop', 'length', 'tool-calls', 'content-filter'];
