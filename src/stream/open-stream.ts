import type { Attempt } from '../call/attempt.ts';
import { IncompleteStreamError } from '../errors/incomplete-stream-error.ts';
import type { StreamPart, StreamResult } from '../sdk.ts';
import { hasFinishReason, isContent, isFiltered, isUnreadChunk } from './stream-part.ts';

/** A stream that has come to its first content. */
export interface OpenStream {
  readonly result: StreamResult;
  readonly reader: ReadableStreamDefaultReader<StreamPart>;
  /** All parts up to the first with content, that one included, or as many as are held back. */
  readonly begin: readonly StreamPart[];
}

/** What hears of an opening stream before it has content. */
interface OpeningObserver {
  /** The model has returned a stream, which may still turn out to be broken. */
  opened(result: StreamResult): void;
  /** A ping keeps the connection to the reader alive and does not tell which endpoint answers, so it need not wait for content. */
  pinged(part: StreamPart): void;
}

/** A stream that has no content after so many parts goes to its reader as it is: what is held back is bounded. */
const MOST_HELD = 1_000;

/** Opens a stream and reads it up to its first content: a failure until then is one that another deployment can make good. */
export async function openStream(
  attempt: Attempt,
  result: PromiseLike<StreamResult>,
  observer: OpeningObserver,
): Promise<OpenStream> {
  const opened = await result;
  const reader = opened.stream.getReader();
  attempt.onDrop((reason) => void reader.cancel(reason).catch(() => undefined));
  if (!attempt.isDropped) observer.opened(opened);
  const begin: StreamPart[] = [];
  let unread: StreamPart | undefined;
  for (;;) {
    // Parts come one after the other.
    const { done, value } = await reader.read();
    if (done) throw incomplete(attempt, unread);
    if (value.type === 'ping') {
      if (!attempt.isDropped) observer.pinged(value);
      continue;
    }
    const failure = failureIn(value, attempt, unread);
    if (failure !== undefined) throw failure.error;
    if (value.type === 'error') unread = value;
    begin.push(value);
    if (isContent(value) || begin.length === MOST_HELD) return { result: opened, reader, begin };
  }
}

/** Whether a content filter has left nothing of an answer: its end is the first that came. */
export function isEmptied({ begin }: OpenStream): boolean {
  const last = begin.at(-1);
  return last?.type === 'finish' && isFiltered(last);
}

/**
 * Why a part cannot belong to a good answer.
 *
 * @param unread the part about a chunk that the model could not read, if one came since the last content.
 */
export function failureIn(
  part: StreamPart,
  attempt: Attempt,
  unread: StreamPart | undefined,
): { readonly error: unknown } | undefined {
  const { kind } = attempt.call.ring;
  if (part.type === 'error') return isUnreadChunk(part, kind) ? undefined : { error: part['error'] };
  return part.type === 'finish' && !hasFinishReason(part, kind) ? { error: incomplete(attempt, unread) } : undefined;
}

/** The error of a stream that ended too soon. A chunk that could not be read, and after which nothing came, may say why. */
export const incomplete = ({ deployment }: Attempt, unread: StreamPart | undefined): unknown =>
  unread === undefined ? new IncompleteStreamError({ endpoint: deployment.endpoint.name }) : unread['error'];
