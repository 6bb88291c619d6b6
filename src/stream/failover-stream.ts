import type { Attempt } from '../call/attempt.ts';
import { fail, succeed } from '../call/attempt-end.ts';
import type { Call } from '../call/call.ts';
import type { Answered } from '../call/start-attempt.ts';
import { IncompleteStreamError } from '../errors/incomplete-stream-error.ts';
import { isLive, type StreamPart, type StreamResult } from '../sdk.ts';
import { IdleWatch } from './idle-watch.ts';
import { failureIn, incomplete, type OpenStream } from './open-stream.ts';
import { isContent, isUnreadChunk } from './stream-part.ts';

type Controller = ReadableStreamDefaultController<StreamPart>;

/**
 * The stream that a reader sees. It begins with the first deployment that has something to say; from then on parts pass
 * through as they are, and a failure becomes an error part and the end.
 */
export class FailoverStream implements UnderlyingDefaultSource<StreamPart> {
  readonly #call: Call;
  readonly #toPart: (part: StreamPart, attempt: Attempt) => StreamPart;
  #tellOpened: () => void = () => undefined;
  #tellEnd: (settle: () => void) => void = () => undefined;
  #answer: Promise<Answered<OpenStream>> | undefined;
  #result: StreamResult | undefined;
  #controller: Controller | undefined;
  #attempt: Attempt | undefined;
  #reader: ReadableStreamDefaultReader<StreamPart> | undefined;
  #idle: IdleWatch | undefined;
  /** The part about a chunk that the model could not read, if one came since the last content. */
  #unread: StreamPart | undefined;
  #state: 'waiting' | 'open' | 'closed' = 'waiting';

  /** @param toPart makes the parts of every endpoint look the same. */
  constructor(call: Call, toPart: (part: StreamPart, attempt: Attempt) => StreamPart) {
    this.#call = call;
    this.#toPart = toPart;
  }

  /**
   * Waits until a deployment has opened a stream; what comes of it is told when it is read.
   *
   * @param answer the first deployment that comes to content; rejects when none does.
   */
  opens(answer: Promise<Answered<OpenStream>>): Promise<void> {
    this.#answer = answer;
    const hasOpened = new Promise<void>((resolve) => {
      this.#tellOpened = resolve;
    });
    return Promise.race([hasOpened, answer.then(() => undefined)]);
  }

  /** Of the attempt that is nearest to content. Asked for only after one has opened a stream. */
  get result(): StreamResult {
    return this.#result as StreamResult;
  }

  opened(result: StreamResult): void {
    this.#result = result;
    this.#tellOpened();
  }

  start(controller: Controller): void {
    this.#controller = controller;
    // Here, so that listeners to the events of the stream's end are called in the context of the caller, not of the reader.
    const ended = new Promise<() => void>((resolve) => {
      this.#tellEnd = resolve;
    });
    void ended.then((settle) => settle());
    this.#answer?.then(
      (answered) => this.#begin(answered),
      (error: unknown) => this.#endWith(error),
    );
    this.#answer = undefined;
  }

  /** Returns at once: whatever is read, each read enqueues something or ends the stream. */
  pull(): void {
    if (this.#reader === undefined || this.#state === 'closed') return;
    this.#idle?.waits();
    this.#reader.read().then(this.#onRead, this.#onReadFailure);
  }

  async cancel(reason: unknown): Promise<void> {
    this.#close();
    this.#call.cancellation.stop(reason);
    await this.#reader?.cancel(reason);
  }

  /** Hands on a part that does not tell which endpoint answers, before there is an answer. While nothing reads, one is enough. */
  pinged(part: StreamPart): void {
    if (this.#state === 'waiting' && this.#controller?.desiredSize === 0) this.#controller.enqueue(part);
  }

  /** The first content is there: from here on everything is this deployment's. */
  #begin({ attempt, answer }: Answered<OpenStream>): void {
    const { clock } = this.#call.context;
    const { idleMs } = attempt.deployment.timeout;
    this.#attempt = attempt;
    this.#reader = answer.reader;
    // Of two that come to content at once, one has lost.
    this.#result = answer.result;
    // The reader has left in the moment of the answer.
    if (this.#state === 'closed') {
      this.#breakOff(attempt.interruptedBy);
      return;
    }
    this.#state = 'open';
    // Called at once when the call was ended just now.
    if (!attempt.isOver) attempt.onInterrupt((error) => this.#breakOff(error));
    if (idleMs !== undefined && this.#isOpen()) {
      this.#idle = new IdleWatch(idleMs, clock, () => attempt.expire('timeout.idleMs', idleMs));
    }
    for (const part of answer.begin) {
      if (this.#isOpen()) this.#handOn(part);
    }
  }

  // Made once: a stream has thousands of parts.
  readonly #onRead = ({ done, value }: ReadableStreamReadResult<StreamPart>): void => {
    if (this.#state === 'closed') return;
    if (done) this.#breakOff(incomplete(this.#attempt as Attempt, this.#unread));
    else this.#handOn(value);
  };

  readonly #onReadFailure = (error: unknown): void => {
    if (this.#state !== 'closed') this.#breakOff(error);
  };

  #handOn(part: StreamPart): void {
    try {
      this.#relay(part);
    } catch (error) {
      // A part that is no part: whatever made it, the stream must not hang on it.
      this.#breakOff(error);
    }
  }

  #relay(part: StreamPart): void {
    const hasContent = isContent(part);
    if (isUnreadChunk(part, this.#call.ring.kind)) this.#unread = part;
    else if (part.type === 'finish' || part.type === 'error') {
      this.#relayLast(part);
      return;
    } else if (hasContent) this.#unread = undefined;
    this.#idle?.gotPart(hasContent);
    this.#controller?.enqueue(this.#toPart(part, this.#attempt as Attempt));
  }

  #relayLast(part: StreamPart): void {
    const attempt = this.#attempt as Attempt;
    const failure = failureIn(part, attempt, this.#unread);
    if (failure !== undefined) {
      this.#breakOff(failure.error);
      return;
    }
    const last = this.#toPart(part, attempt);
    this.#close();
    this.#tellEnd(() => this.#call.end('success', attempt, succeed(attempt, part)));
    this.#controller?.enqueue(last);
    this.#controller?.close();
    // The answer is whole; a connection that stays open after it is not the reader's to wait for.
    this.#reader?.cancel().catch(() => undefined);
  }

  /** A failure after content: no other deployment can go on where this one stopped. */
  #breakOff(error: unknown): void {
    const call = this.#call;
    const { end } = call.cancellation;
    const attempt = this.#attempt as Attempt;
    this.#tellEnd(() => {
      fail(attempt, error);
      call.end(call.cancellation.isAborted ? 'aborted' : 'failure', attempt);
    });
    this.#endWith(end?.by === 'caller' ? end.reason : brokenOff(attempt, error));
  }

  /** The last that the reader gets: its own reason when it aborted, as from the SDK's models, and otherwise an error part. */
  #endWith(error: unknown): void {
    if (this.#state === 'closed') return;
    this.#close();
    // Results of live calls reject with the error of the stream, and with nothing else.
    if (this.#call.cancellation.isAborted || isLive(this.#call.ring.kind)) {
      this.#controller?.error(error);
      return;
    }
    // Never a controller error: it would make `.text` of AI SDK 4 and 5 hang, and skip `onError` in all of them.
    this.#controller?.enqueue({ type: 'error', error });
    this.#controller?.close();
  }

  // A method, since the state may change between two looks at it, which narrowing does not see.
  #isOpen(): boolean {
    return this.#state === 'open';
  }

  #close(): void {
    this.#state = 'closed';
    this.#idle?.stop();
  }
}

/** Whatever broke it, its reader has half an answer. */
const brokenOff = ({ deployment }: Attempt, cause: unknown): IncompleteStreamError =>
  IncompleteStreamError.isInstance(cause)
    ? cause
    : new IncompleteStreamError({ endpoint: deployment.endpoint.name, cause });
