import type { PinnedReference } from './pinned-references.ts';
import { fileIdOf } from './pinned-references.ts';
import type { Place } from './place.ts';
import type { Options, PromptMessage } from './prompt.ts';

/** How ids of uploaded files begin. A model of the other kind takes them for the file's content. */
const PREFIXES = { openai: 'file-', azure: 'assistant-' } as const;

/** A file of the prompt that a model cannot even be asked for; `undefined` when there is none. */
export function misreadFile({ keys }: Place, prompt: unknown, pinned: readonly PinnedReference[]): string | undefined {
  if (keys === undefined || !pinned.some(({ what }) => what === 'file')) return undefined;
  for (const { role, content } of prompt as readonly PromptMessage[]) {
    if (role !== 'user' || typeof content === 'string') continue;
    for (const part of content) {
      const id = part.type === 'file' ? fileIdOf(part) : undefined;
      if (id === undefined) continue;
      const { reference } = part['data'] as { readonly reference?: Options };
      const isReadable = reference === undefined ? id.startsWith(PREFIXES[keys.own]) : keys.read in reference;
      if (!isReadable) return id;
    }
  }
  return undefined;
}
