import { JSONParseError, TypeValidationError } from '@ai-sdk/provider';

import { finishReasonName, isFailedFinish } from '../failure/failed-answer.ts';
import { isLive, type ModelKind, type StreamPart } from '../sdk.ts';

/*
 * What stream parts mean, by their shape: the specifications v1 to v4 share most names. A part that is not known here
 * counts as content, so that nothing is ever said twice.
 */

/** Parts that no reader can show or act on. */
const WITHOUT_CONTENT = new Set([
  'stream-start',
  'response-metadata',
  'raw',
  'ping',
  'text-start',
  'text-end',
  'reasoning-start',
  'reasoning-end',
  'tool-input-start',
  'tool-input-end',
  // One that ends its stream is looked for before.
  'error',
]);

/** Parts that have content only when their text is not empty: v1 calls it `textDelta`, later specifications `delta`. */
const DELTAS = new Set(['text-delta', 'reasoning-delta', 'reasoning', 'tool-input-delta', 'transcript-delta']);

/** Whether a reader could show or act on the part. */
export function isContent(part: StreamPart): boolean {
  if (WITHOUT_CONTENT.has(part.type)) return false;
  if (DELTAS.has(part.type)) return (part['delta'] ?? part['textDelta']) !== '';
  return true;
}

/**
 * Whether the part says that the model could not read a chunk, such as a gateway's keepalive: it reads on after that. Models of live
 * input go on after each error part, and end by an error of their stream.
 */
export const isUnreadChunk = ({ type, error }: StreamPart, kind: ModelKind): boolean =>
  type === 'error' && (isLive(kind) || TypeValidationError.isInstance(error) || JSONParseError.isInstance(error));

/** What the SDK makes of a stream that ended without a reason. */
const SDK_GUESSES = new Set<string | undefined>(['other', 'interrupted', undefined]);

/** Whether a finish part has its reason from the wire. Without one the stream was cut, or failed, whatever the SDK made of it. */
export function hasFinishReason({ finishReason }: StreamPart, kind: ModelKind): boolean {
  // What is live has no reasons.
  if (isLive(kind)) return true;
  if (isFailedFinish(finishReason)) return false;
  // v1 and v2: a word. v3 and v4: what the SDK made of it beside what the service said.
  if (typeof finishReason === 'string') return finishReason !== 'unknown';
  const { unified, raw } = (finishReason ?? {}) as { readonly unified?: string; readonly raw?: string };
  return raw !== undefined || !SDK_GUESSES.has(unified);
}

/** Whether the service ended an answer because of its content filter. */
export function isFiltered({ finishReason }: Readonly<Record<string, unknown>>): boolean {
  return finishReasonName(finishReason) === 'content-filter';
}
