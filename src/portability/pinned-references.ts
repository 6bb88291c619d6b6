import { type HostedTool, hostedTools, type Options, type PromptMessage, type PromptPart } from './prompt.ts';

/** An id that stands for something whose content nobody but its endpoint has. */
export interface PinnedReference {
  /** What a user calls it: the option that it was given in. */
  readonly what: string;
  readonly id: string;
}

const NONE: readonly PinnedReference[] = [];

/** What a call refers to that cannot be replaced by its content. */
export function pinnedReferences(
  options: Options | undefined,
  prompt: unknown,
  tools: unknown,
): readonly PinnedReference[] {
  let found: PinnedReference[] | undefined;
  const add = (what: string, id: unknown): void => {
    if (typeof id === 'string') (found ??= []).push({ what, id });
  };
  if (options !== undefined) {
    add('previousResponseId', options['previousResponseId']);
    add('conversation', options['conversation']);
  }
  if (tools !== undefined) for (const tool of hostedTools(tools)) ofTool(tool, add);
  if (Array.isArray(prompt)) {
    for (let at = 0; at < prompt.length; at += 1) ofMessage(prompt[at] as PromptMessage, add);
  }
  return found ?? NONE;
}

type Add = (what: string, id: unknown) => void;

function ofTool({ args }: HostedTool, add: Add): void {
  const { vectorStoreIds, container, environment } = args;
  if (Array.isArray(vectorStoreIds)) for (const id of vectorStoreIds) add('vectorStoreIds', id);
  const { fileIds } = (container ?? {}) as { readonly fileIds?: unknown };
  add('container', container);
  if (Array.isArray(fileIds)) for (const id of fileIds) add('fileIds', id);
  add('containerId', (environment as Options | undefined)?.['containerId']);
}

function ofMessage(message: PromptMessage, add: Add): void {
  if (message.role !== 'user') return;
  const content = message.content as readonly PromptPart[];
  for (let at = 0; at < content.length; at += 1) {
    const part = content[at] as PromptPart;
    if (part.type === 'file') add('file', fileIdOf(part));
  }
}

/** Ids of files at OpenAI and at Azure. A hyphen is in no base64, so they cannot be mistaken for content. */
const FILE_ID = /^(?:file|assistant)-/;

/** An uploaded file. Specification v4 puts one object more around it. */
export function fileIdOf({ data }: PromptPart): string | undefined {
  const inner = typeof data === 'object' && data !== null && 'data' in data ? data.data : data;
  if (typeof inner === 'string') return FILE_ID.test(inner) ? inner : undefined;
  const { type, reference } = (data ?? {}) as { readonly type?: string; readonly reference?: Options };
  const ids = type === 'reference' ? Object.values(reference ?? {}) : [];
  return ids.find((id): id is string => typeof id === 'string');
}
