import type { Clock } from '../clock.ts';
import { IncompleteStreamError } from '../errors/incomplete-stream-error.ts';
import type { StreamPart, StreamResult } from '../sdk.ts';
import type { Answered, Ask, BalancedCall } from './balanced-call.ts';
import { IdleWatch } from './idle-watch.ts';
import { hasFinishReason, isContent, isFiltered } from './stream-part.ts';

/** What a stream needs beside its call. */
export interface FailoverStreamParts {
  readonly call: BalancedCall;
  /** Asks a deployment for a stream. */
  readonly ask: Ask<StreamResult>;
  readonly clock: Clock;
  readonly idleMs: number | undefined;
  /** Whether an empty answer of a content filter is a reason to ask somebody else. */
  readonly failsOverFiltered: boolean;
  /** Makes the parts of every endpoint look the same. */
  readonly carryBack: (part: StreamPart, answered: Answered<StreamResult>) => StreamPart;
  /** Adds our metadata to the last part. */
  readonly finish: (part: StreamPart, answered: Answered<StreamResult>) => StreamPart;
}

type Controller = ReadableStreamDefaultController<StreamPart>;

/**
 * The stream that a reader sees. Until the first content it holds parts back, and begins anew with another deployment when
 * its own fails; after it, parts pass through as they are, and a failure becomes an error part and the end.
 */
export class FailoverStream implements UnderlyingDefaultSource<StreamPart> {
  readonly #parts: FailoverStreamParts;
  #current: Answered<StreamResult>;
  #reader: ReadableStreamDefaultReader<StreamPart>;
  #held: StreamPart[] = [];
  #idle: IdleWatch | undefined;
  #state: 'searching' | 'committed' | 'finished' | 'closed' = 'searching';

  constructor(first: Answered<StreamResult>, parts: FailoverStreamParts) {
    this.#parts = parts;
    this.#current = first;
    this.#reader = first.answer.stream.getReader();
  }

  /** The result that the reader's text comes from. */
  get result(): StreamResult {
    return this.#current.answer;
  }

  start(controller: Controller): void {
    this.#hearAbort(controller);
  }

  pull(controller: Controller): Promise<void> {
    return this.#state === 'searching' ? this.#search(controller) : this.#passOn(controller);
  }

  cancel(reason: unknown): Promise<void> {
    const isFinished = this.#state === 'finished';
    this.#close();
    if (!isFinished) this.#parts.call.stop(reason);
    return this.#reader.cancel(reason);
  }

  /** Reads until there is something to show, from whoever can show it. */
  async #search(controller: Controller): Promise<void> {
    // Interrupted or not, each turn of this loop reads one part or opens one stream.
    while (this.#state === 'searching') {
      let part: StreamPart | undefined;
      try {
        const { done, value } = await this.#current.attempt.wait(this.#reader.read());
        part = done ? undefined : value;
      } catch (error) {
        await this.#startAgain(error, controller);
        continue;
      }
      if (this.#isOver()) return;
      if (part?.type === 'ping') {
        // It keeps the connection to the reader alive, and tells nothing of who is answering.
        controller.enqueue(part);
        this.#hearAbort(controller);
        return;
      }
      const failure = this.#failureIn(part);
      if (failure !== undefined) await this.#startAgain(failure.error, controller);
      else if (part !== undefined && isContent(part)) this.#commit(part, controller);
      else if (part !== undefined) this.#held.push(part);
    }
  }

  /** An abort ends the call at once, also while nobody is reading. A time limit can wait until somebody is. */
  #hearAbort(controller: Controller): void {
    this.#current.attempt.onInterrupt((error) => {
      if (this.#parts.call.isAborted) void this.#startAgain(error, controller);
    });
  }

  /** Why a part, or the end, cannot be the answer. */
  #failureIn(part: StreamPart | undefined): { readonly error: unknown } | undefined {
    if (part?.type === 'error') return { error: part['error'] };
    if (part === undefined || (part.type === 'finish' && !hasFinishReason(part))) return { error: this.#incomplete() };
    const isFilteredEmpty =
      part.type === 'finish' && this.#state === 'searching' && this.#parts.failsOverFiltered && isFiltered(part);
    return isFilteredEmpty ? { error: { error: { code: 'content_filter' } } } : undefined;
  }

  async #startAgain(error: unknown, controller: Controller): Promise<void> {
    this.#held = [];
    const { call, ask } = this.#parts;
    this.#drop(error);
    const fatal = call.fail(this.#current.attempt, error);
    try {
      if (fatal !== undefined) throw fatal.error;
      const next = await call.answer(ask, discardStream);
      this.#current = next;
      this.#reader = next.answer.stream.getReader();
    } catch (last) {
      this.#endWith(last, controller);
    }
  }

  /** The first content: from here on everything is this deployment's. */
  #commit(part: StreamPart, controller: Controller): void {
    const { call, clock, idleMs } = this.#parts;
    const { attempt } = this.#current;
    this.#state = 'committed';
    call.recordTime(attempt);
    attempt.lift('timeout.firstContentMs');
    attempt.onInterrupt((error) => this.#breakOff(error, controller));
    if (idleMs !== undefined) {
      this.#idle = new IdleWatch(idleMs, clock, () => attempt.expire('timeout.idleMs', idleMs));
    }
    for (const held of this.#held) controller.enqueue(this.#carryBack(held));
    this.#held = [];
    this.#relay(part, controller);
  }

  #passOn(controller: Controller): Promise<void> {
    this.#idle?.waits();
    return this.#reader.read().then(
      ({ done, value }) => {
        if (this.#state === 'closed') return;
        if (done) this.#upstreamEnded(controller);
        else this.#relay(value, controller);
      },
      (error: unknown) => {
        if (this.#state !== 'closed') this.#breakOff(error, controller);
      },
    );
  }

  #relay(part: StreamPart, controller: Controller): void {
    if (this.#idle !== undefined && isContent(part)) {
      this.#idle.gotContent();
      this.#current.attempt.lastSignAt = this.#parts.clock.now();
    }
    if (part.type !== 'finish' && part.type !== 'error') {
      controller.enqueue(this.#carryBack(part));
      return;
    }
    const failure = this.#failureIn(part);
    if (failure !== undefined) {
      this.#breakOff(failure.error, controller);
      return;
    }
    this.#idle?.stop();
    this.#state = 'finished';
    this.#parts.call.succeed(this.#current.attempt);
    controller.enqueue(this.#parts.finish(this.#carryBack(part), this.#current));
  }

  #carryBack(part: StreamPart): StreamPart {
    return this.#parts.carryBack(part, this.#current);
  }

  #upstreamEnded(controller: Controller): void {
    if (this.#state === 'finished') {
      this.#close();
      controller.close();
    } else {
      this.#breakOff(this.#incomplete(), controller);
    }
  }

  /** A failure after content: nobody else can go on where this one stopped. */
  #breakOff(error: unknown, controller: Controller): void {
    const { call } = this.#parts;
    this.#drop(error);
    if (this.#state === 'finished') {
      // All that was to come has come; what follows a finish part is the connection's business.
      this.#close();
      controller.close();
      return;
    }
    const fatal = call.fail(this.#current.attempt, error);
    call.end();
    this.#endWith(call.isAborted ? fatal?.error : error, controller);
  }

  /** The last that the reader gets: its own reason when it aborted, as from the SDK's models, and otherwise an error part. */
  #endWith(error: unknown, controller: Controller): void {
    if (this.#isOver()) return;
    this.#close();
    if (this.#parts.call.isAborted) {
      controller.error(error);
      return;
    }
    // Never a controller error: it would make `.text` of AI SDK 4 and 5 hang, and skip `onError` on every line.
    controller.enqueue({ type: 'error', error });
    controller.close();
  }

  /** Lets go of the upstream connection. What the SDK has to say about that interests nobody. */
  #drop(reason: unknown): void {
    this.#reader.cancel(reason).catch(() => undefined);
  }

  #close(): void {
    this.#state = 'closed';
    this.#idle?.stop();
  }

  // A method, since the state may change across an await, which narrowing does not see.
  #isOver(): boolean {
    return this.#state === 'closed';
  }

  #incomplete(): IncompleteStreamError {
    return new IncompleteStreamError({ endpoint: this.#current.attempt.deployment.endpoint.name });
  }
}

/** Closes a stream that nobody will read. */
export function discardStream({ stream }: StreamResult): void {
  stream.cancel().catch(() => undefined);
}
