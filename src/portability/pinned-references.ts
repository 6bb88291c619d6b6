import { type FileReference, fileIn, isReadable } from './file-reference.ts';
import type { Place } from './place.ts';
import type { HostedTool, Options, PromptMessage, PromptPart, ProviderOptions } from './prompt.ts';

/** An id that stands for something whose content nobody but its endpoint has. */
export interface PinnedReference extends FileReference {
  /** What a user calls it: the option that it was given in. */
  readonly what: string;
}

/** The id that an endpoint is asked for; `undefined` when there is none for it. */
export function idAt({ what, id, ids }: PinnedReference, { keys, model }: Place): string | undefined {
  if (ids === undefined) return id;
  // The SDK looks for a file under one key. Options are merged before it looks, and the endpoint's own win.
  const key = keys === undefined ? model.provider.split('.', 1)[0] : what === 'file' ? keys.read : keys.own;
  const found = key === undefined ? undefined : ids[key];
  return typeof found === 'string' ? found : undefined;
}

/** A file that a model cannot even be asked for; `undefined` when there is none. */
export function misreadFile({ keys }: Place, references: readonly PinnedReference[]): string | undefined {
  if (keys === undefined) return undefined;
  return references.find((reference) => reference.what === 'file' && !isReadable(reference, keys))?.id;
}

type Add = (what: string, id: unknown, ids?: Options) => void;

/** References as they are found. Nothing is allocated for a call that has none. */
export class PinnedReferences {
  #found: PinnedReference[] | undefined;

  get found(): readonly PinnedReference[] {
    return this.#found ?? NONE;
  }

  /** What the options of a call refer to. */
  lookAtOptions(all: ProviderOptions | undefined): void {
    if (all === undefined || (all['openai'] === undefined && all['azure'] === undefined)) return;
    for (const what of ['previousResponseId', 'conversation']) {
      const openai = all['openai']?.[what];
      const azure = all['azure']?.[what];
      const isOne = openai === undefined || azure === undefined || openai === azure;
      this.#add(what, openai ?? azure, isOne ? undefined : { openai, azure });
    }
  }

  lookAtTools(tools: readonly HostedTool[]): void {
    for (const tool of tools) ofTool(tool, this.#add);
  }

  /** Files, which alone the Chat API has as well. */
  lookAtPrompt(prompt: readonly PromptMessage[]): void {
    for (let at = 0; at < prompt.length; at += 1) {
      const { role, content } = prompt[at] as PromptMessage;
      if (typeof content === 'string') continue;
      if (role === 'user') this.#lookAtParts(content);
      else if (role === 'tool') this.#lookAtResults(content);
    }
  }

  #lookAtParts(parts: readonly PromptPart[]): void {
    for (let at = 0; at < parts.length; at += 1) this.#lookAtPart(parts[at] as PromptPart);
  }

  #lookAtResults(parts: readonly PromptPart[]): void {
    for (let at = 0; at < parts.length; at += 1) {
      const output = (parts[at] as PromptPart)['output'] as PromptPart | undefined;
      if (output?.type === 'content') this.#lookAtParts(output['value'] as readonly PromptPart[]);
    }
  }

  #lookAtPart(part: PromptPart): void {
    if (part.type === 'text') return;
    const file = fileIn(part);
    if (file !== undefined) this.#add('file', file.id, file.ids);
  }

  readonly #add: Add = (what, id, ids) => {
    if (typeof id === 'string') (this.#found ??= []).push({ what, id, ids });
  };
}

const NONE: readonly PinnedReference[] = [];

function ofTool({ args }: HostedTool, add: Add): void {
  const { vectorStoreIds, container, environment, inputImageMask } = args as Readonly<Record<string, Options | string>>;
  addAll('vectorStoreIds', vectorStoreIds, add);
  add('container', container);
  addAll('fileIds', fieldOf(container, 'fileIds'), add);
  add('containerId', fieldOf(environment, 'containerId'));
  addAll('fileIds', fieldOf(environment, 'fileIds'), add);
  const skills = fieldOf(environment, 'skills');
  // The SDK looks under this key for skills, also at Azure.
  if (Array.isArray(skills))
    for (const skill of skills) add('skill', fieldOf(fieldOf(skill, 'providerReference'), 'openai'));
  add('inputImageMask', fieldOf(inputImageMask, 'fileId'));
}

function addAll(what: string, ids: unknown, add: Add): void {
  if (Array.isArray(ids)) for (const id of ids) add(what, id);
}

const fieldOf = (value: unknown, field: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Options)[field] : undefined;
