import { fail, succeed } from '../call/attempt-end.ts';
import type { Route } from '../call/route.ts';
import { runCall } from '../call/run-call.ts';
import type { Deployment } from '../deployment/deployment.ts';
import {
  type CallOptions,
  responseOf,
  type SdkLanguageModel,
  type SdkModel,
  type StreamPart,
  type StreamResult,
} from '../sdk.ts';
import { FailoverStream, type StreamEnd } from '../stream/failover-stream.ts';
import { isEmptied, type OpeningObserver, type OpenStream, openStream } from '../stream/open-stream.ts';
import { withMetadata } from './balanced-metadata.ts';
import type { BalancedModelOptions } from './balanced-model.ts';
import { balancedMetadata, beginCall, withSignal } from './generate.ts';

/** What is asked for in a call whose answer is a stream: a conversation, or live input. */
interface Asked extends Route {
  optionsFor(deployment: Deployment, options: CallOptions): CallOptions | Promise<CallOptions>;
  toPart(part: StreamPart, deployment: Deployment): StreamPart;
  /** There will be no further attempt. */
  release?(): void;
}

/** Runs a call whose answer is a stream. */
export async function streamAnswer(
  parts: BalancedModelOptions<SdkModel & Pick<SdkLanguageModel, 'doStream'>>,
  options: CallOptions,
  asked: Asked,
): Promise<StreamResult> {
  const { metadata, failoverOn } = parts.context.settings;
  const call = beginCall(parts, options, asked, true);
  const opening = new Opening();
  const answer = runCall<OpenStream>(call, {
    ask: (attempt) => {
      const adapted = asked.optionsFor(attempt.deployment, options);
      const model = parts.modelAt(attempt.deployment, attempt.call.ring);
      const ask = (given: CallOptions) => model.doStream(withSignal(given, attempt.signal));
      return openStream(attempt, adapted instanceof Promise ? adapted.then(ask) : ask(adapted), opening);
    },
    headersOf: ({ result }) => responseOf(result, 'headers'),
    isFiltered: (open) => failoverOn.has('content-filter') && isEmptied(open),
  });
  if (asked.release !== undefined) void answer.finally(() => asked.release?.()).catch(() => undefined);
  // Of two that come to content at once, one has lost.
  const settled = answer.then(({ answer: open }) => opening.opened(open.result));
  // The stream is there before its content: what fails in between fails over inside it.
  await Promise.race([opening.hasOpened, settled]);
  const source = new FailoverStream({
    call,
    answer,
    toPart: (part, attempt) => {
      const told = asked.toPart(part, attempt.deployment);
      return metadata && part.type === 'finish' ? withMetadata(told, balancedMetadata(attempt)) : told;
    },
  });
  opening.onPing = (part) => source.ping(part);
  // Here, so that listeners to the events of the stream's end are called in the context of the caller, not of the reader.
  void source.ended.then(settle);
  try {
    // Nothing is read ahead after the first content: the timing of a reader is not ours to change.
    return asResult(() => opening.current, new ReadableStream<StreamPart>(source, { highWaterMark: 0 }));
  } catch (error) {
    // A result that throws when it is looked at: what is under way is let go.
    call.cancellation.stop(error);
    throw error;
  }
}

/** The stream has ended, and its attempt and its call with it. */
function settle(end: StreamEnd): void {
  const { call } = end.attempt;
  if (end.type === 'complete') call.end('success', end.attempt, succeed(end.attempt, end.last));
  else {
    fail(end.attempt, end.error);
    call.end(call.cancellation.isAborted ? 'aborted' : 'failure', end.attempt);
  }
}

/** A stream until its first content: the result of the attempt that is nearest to it. */
class Opening implements OpeningObserver {
  readonly hasOpened: Promise<void>;
  onPing: ((part: StreamPart) => void) | undefined;
  #current: StreamResult | undefined;
  #tellOpened: () => void = () => undefined;

  constructor() {
    this.hasOpened = new Promise((resolve) => {
      this.#tellOpened = resolve;
    });
  }

  /** Of the newest attempt that has opened one. Asked for only after that. */
  get current(): StreamResult {
    return this.#current as StreamResult;
  }

  opened(result: StreamResult): void {
    this.#current = result;
    this.#tellOpened();
  }

  pinged(part: StreamPart): void {
    this.onPing?.(part);
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
