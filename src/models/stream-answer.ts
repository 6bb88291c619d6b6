import type { Route } from '../call/route.ts';
import { runCall } from '../call/run-call.ts';
import type { Deployment } from '../deployment/deployment.ts';
import type { CallOptions, SdkLanguageModel, SdkModel, StreamPart, StreamResult } from '../sdk.ts';
import { FailoverStream } from '../stream/failover-stream.ts';
import { isEmptied, type OpenStream, openStream } from '../stream/open-stream.ts';
import { withMetadata } from './balanced-metadata.ts';
import { type BalancedModelOptions, modelOf } from './balanced-model.ts';
import { beginCall, headersOf, withSignal } from './generate.ts';

/** What is asked for in a call whose answer is a stream: a conversation, or live input. */
interface Asked extends Route {
  optionsFor(deployment: Deployment, options: CallOptions): CallOptions | Promise<CallOptions>;
  toPart?(part: StreamPart, deployment: Deployment): StreamPart;
  /** There will be no further attempt. */
  release?(): void;
}

/** Runs a call whose answer is a stream. */
export async function streamAnswer(
  parts: BalancedModelOptions<SdkModel & Pick<SdkLanguageModel, 'doStream'>>,
  options: CallOptions,
  asked: Asked,
): Promise<StreamResult> {
  const { failoverOn } = parts.context.settings;
  const call = beginCall(parts, options, asked, true);
  const source = new FailoverStream(call, (part, attempt) => {
    const told = asked.toPart?.(part, attempt.deployment) ?? part;
    return part.type === 'finish' ? withMetadata(told, attempt) : told;
  });
  const answer = runCall<OpenStream>(call, {
    ask: (attempt) => {
      const adapted = asked.optionsFor(attempt.deployment, options);
      const ask = (given: CallOptions) => modelOf(parts, attempt).doStream(withSignal(given, attempt.signal));
      return openStream(attempt, adapted instanceof Promise ? adapted.then(ask) : ask(adapted), source);
    },
    headersOf: ({ result }) => headersOf(result),
    isFiltered: (open) => failoverOn.has('content-filter') && isEmptied(open),
  });
  if (asked.release !== undefined) void answer.finally(() => asked.release?.()).catch(() => undefined);
  // The stream is there before its content: what fails in between fails over inside it.
  await source.opens(answer);
  try {
    // Nothing is read ahead after the first content: the timing of a reader is not ours to change.
    return asResult(() => source.result, new ReadableStream<StreamPart>(source, { highWaterMark: 0 }));
  } catch (error) {
    // A result that throws when it is looked at: what is under way is let go.
    call.cancellation.stop(error);
    throw error;
  }
}

/** Objects in a stream's result that say which attempt it came from; it may fail over until its first content. */
const LATE_FIELDS = ['response', 'rawResponse', 'request'] as const;

/** The result of `doStream`. The AI SDK copies its fields early, but reads what is inside these late. */
function asResult(current: () => StreamResult, stream: ReadableStream<StreamPart>): StreamResult {
  const result: Record<string, unknown> & { stream: ReadableStream<StreamPart> } = { ...current(), stream };
  for (const field of LATE_FIELDS) {
    const first = current()[field];
    if (typeof first !== 'object' || first === null) continue;
    const late = {};
    for (const key of Object.keys(first)) {
      // Read at once, for the address of the server: better none than one that the stream may leave.
      if (field === 'request' && key === 'url') continue;
      const get = (): unknown => (current()[field] as Readonly<Record<string, unknown>> | undefined)?.[key];
      Object.defineProperty(late, key, { get, enumerable: true });
    }
    result[field] = late;
  }
  return result;
}
