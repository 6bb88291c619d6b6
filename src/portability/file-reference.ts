import type { Target } from '../deployment/target.ts';
import { placesOf } from './placed-ids.ts';
import type { Options, PromptPart } from './prompt.ts';

/** An uploaded file. */
export interface FileReference {
  /** As an error names it. */
  readonly id: string;
  /** Ids by provider, when it is stored at each under an id of its own. */
  readonly ids?: Options | undefined;
}

/** Ids of files at OpenAI and at Azure. A hyphen is in no base64, so they cannot be mistaken for content. */
const FILE_ID = /^(?:file|assistant)-/;
/** How ids of uploaded files begin. A model of the other service takes such an id for the content of a file. */
const PREFIXES = { openai: 'file-', azure: 'assistant-' } as const;

/** The file that a part refers to, of a message or of a tool's result. Every specification writes it in its own way. */
export function fileIn({ type, data, fileId }: PromptPart): FileReference | undefined {
  // Specification v3, in results of tools.
  if (type === 'file-id' || type === 'image-file-id')
    return typeof fileId === 'string' ? { id: fileId } : byProvider(fileId);
  if (type !== 'file') return undefined;
  // Specification v4 puts one object more around it.
  const inner = typeof data === 'object' && data !== null && 'data' in data ? data.data : data;
  if (typeof inner === 'string') return FILE_ID.test(inner) ? { id: inner } : undefined;
  const reference = data as { readonly type?: string; readonly reference?: unknown } | undefined;
  return reference?.type === 'reference' ? byProvider(reference.reference) : undefined;
}

function byProvider(given: unknown): FileReference | undefined {
  const ids = (given ?? {}) as Options;
  const id = ids['openai'] ?? ids['azure'] ?? Object.values(ids).find((each) => typeof each === 'string');
  return typeof id === 'string' ? { id, ids } : undefined;
}

/** Whether a model can even be asked for a file. */
export function isReadable({ id, ids }: FileReference, { keys, mark }: Target): boolean {
  if (placesOf(ids).length > 0) return mark.endpoint in (ids ?? {});
  if (keys === undefined) return true;
  return ids === undefined ? id.startsWith(PREFIXES[keys.own]) : keys.read in ids;
}
