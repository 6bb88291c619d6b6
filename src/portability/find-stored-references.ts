import { fileIn } from './file-reference.ts';
import type { HostedTool } from './hosted-tools.ts';
import { placesOf } from './placed-ids.ts';
import type { Options, PromptMessage, PromptPart, ProviderOptions } from './prompt.ts';
import type { StoredReference } from './stored-references.ts';

type Add = (what: string, id: unknown, ids?: Options) => void;

/** What a call refers to by id alone: in its prompt, its options, its tools. */
export function findStoredReferences(
  prompt: readonly PromptMessage[],
  options: ProviderOptions | undefined,
  tools: readonly HostedTool[],
): readonly StoredReference[] {
  const found: StoredReference[] = [];
  const add: Add = (what, id, ids) => {
    if (typeof id === 'string') found.push({ what, id, ids });
  };
  for (const { role, content } of prompt) {
    if (typeof content === 'string') continue;
    if (role === 'user') addFiles(content, add);
    else if (role === 'tool')
      for (const { output } of content)
        if (output?.type === 'content') addFiles(output['value'] as readonly PromptPart[], add);
  }
  if (options !== undefined) addFromOptions(options, add);
  for (const tool of tools) addFromTool(tool, add);
  return found;
}

function addFiles(parts: readonly PromptPart[], add: Add): void {
  for (const part of parts) {
    const file = fileIn(part);
    if (file !== undefined) add('file', file.id, file.ids);
  }
}

function addFromOptions(all: ProviderOptions, add: Add): void {
  for (const what of ['previousResponseId', 'conversation']) {
    const openai = all['openai']?.[what];
    const azure = all['azure']?.[what];
    const isOne = openai === undefined || azure === undefined || openai === azure;
    add(what, openai ?? azure, isOne ? undefined : { openai, azure });
  }
}

function addFromTool({ args }: HostedTool, add: Add): void {
  const { vectorStoreIds, container, environment, inputImageMask } = args as Readonly<Record<string, Options | string>>;
  addAll('vectorStoreIds', vectorStoreIds, add);
  add('container', container);
  addAll('fileIds', fieldOf(container, 'fileIds'), add);
  add('containerId', fieldOf(environment, 'containerId'));
  addAll('fileIds', fieldOf(environment, 'fileIds'), add);
  const skills = fieldOf(environment, 'skills');
  // The SDK looks under this key for skills, also at Azure.
  if (Array.isArray(skills))
    for (const skill of skills) {
      const ids = fieldOf(skill, 'providerReference') as Options | undefined;
      add('skill', fieldOf(ids, 'openai'), placesOf(ids).length > 0 ? ids : undefined);
    }
  add('inputImageMask', fieldOf(inputImageMask, 'fileId'));
}

function addAll(what: string, ids: unknown, add: Add): void {
  if (Array.isArray(ids)) for (const id of ids) add(what, id);
}

const fieldOf = (value: unknown, field: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Options)[field] : undefined;
