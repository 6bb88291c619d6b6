import { property } from '../foreign.ts';
import type { HostedTool } from './hosted-tools.ts';
import { placesOf } from './placed-ids.ts';
import type { Options, PromptMessage, PromptPart, ProviderOptions } from './prompt.ts';
import type { StoredReference } from './stored-references.ts';

const NONE: readonly never[] = [];

/** The files that a prompt refers to by id. */
export const findFiles = (prompt: readonly PromptMessage[]): readonly StoredReference[] =>
  prompt.flatMap(({ role, content }): readonly StoredReference[] =>
    typeof content === 'string' || role === 'assistant' ? NONE : content.flatMap(filesIn),
  );

/** Ids of files at OpenAI and at Azure. A hyphen is in no base64, so they cannot be mistaken for content. */
const FILE_ID = /^(?:file|assistant)-/;

/** The files that a part refers to, or the result of a tool in it. Every specification writes it in its own way. */
function filesIn({ type, data, fileId, output }: PromptPart): readonly StoredReference[] {
  if (type === 'tool-result')
    return output?.type === 'content' ? (output['value'] as readonly PromptPart[]).flatMap(filesIn) : NONE;
  // Specification v3, in results of tools.
  if (type === 'file-id' || type === 'image-file-id') return fileOf(fileId);
  if (type !== 'file') return NONE;
  // Specification v4 puts one object more around it.
  const inner = property(data, 'data') ?? data;
  if (typeof inner === 'string') return FILE_ID.test(inner) ? fileOf(inner) : NONE;
  return property(data, 'type') === 'reference' ? fileOf(property(data, 'reference')) : NONE;
}

/** @param given its id, or its ids by provider. */
function fileOf(given: unknown): readonly StoredReference[] {
  if (typeof given !== 'object' || given === null) return byId('file', given);
  const ids = given as Options;
  return byId('file', ids['openai'] ?? ids['azure'] ?? Object.values(ids).find((id) => typeof id === 'string'), ids);
}

/** What the options of a call go on from. */
export const findInOptions = ({ openai, azure }: ProviderOptions): readonly StoredReference[] =>
  ['previousResponseId', 'conversation'].flatMap((what) => {
    const ids = { openai: openai?.[what], azure: azure?.[what] };
    const isOne = ids.openai === undefined || ids.azure === undefined || ids.openai === ids.azure;
    return byId(what, ids.openai ?? ids.azure, isOne ? undefined : ids);
  });

/** What a tool is to work with. */
export function findInTool({ args }: HostedTool): readonly StoredReference[] {
  const { container, environment, inputImageMask } = args;
  // The SDK looks under this key for skills, also at Azure.
  const skills = listIn(environment, 'skills').flatMap((skill) => {
    const ids = property(skill, 'providerReference') as Options | undefined;
    return byId('skill', property(ids, 'openai'), placesOf(ids).length > 0 ? ids : undefined);
  });
  return [
    ...listIn(args, 'vectorStoreIds').flatMap((id) => byId('vectorStoreIds', id)),
    ...byId('container', container),
    ...[container, environment].flatMap((place) => listIn(place, 'fileIds')).flatMap((id) => byId('fileIds', id)),
    ...byId('containerId', property(environment, 'containerId')),
    ...skills,
    ...byId('inputImageMask', property(inputImageMask, 'fileId')),
  ];
}

const byId = (what: string, id: unknown, ids?: Options): readonly StoredReference[] =>
  typeof id === 'string' ? [{ what, id, ids }] : NONE;

function listIn(value: unknown, field: string): readonly unknown[] {
  const list = property(value, field);
  return Array.isArray(list) ? list : NONE;
}
