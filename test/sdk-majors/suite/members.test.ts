/**
 * What the providers and models of the installed line have, ours has: each method is balanced, or says in an error of its own why it
 * makes no sense in a ring.
 */
import { createAzure } from '@ai-sdk/azure';
import { createOpenAI } from '@ai-sdk/openai';
import { UnsupportedFunctionalityError } from 'ai';
import { createBalancedProvider } from 'ai-sdk-load-balancer';
import { describe, expect, it } from 'vitest';

type Members = Readonly<Record<string, unknown>>;

const membersOf = (thing: unknown): Members => thing as Members;
const resource = { apiKey: 'any', baseURL: 'https://r.openai.azure.com/openai' };

const lines = [
  [
    'openai',
    membersOf(createOpenAI({ apiKey: 'any' })),
    membersOf(createBalancedProvider({ endpoints: [{ type: 'openai', apiKey: 'any' }] })),
  ],
  [
    'azure',
    membersOf(createAzure(resource)),
    membersOf(createBalancedProvider({ endpoints: [{ type: 'azure', ...resource }] })),
  ],
] as const;

/** What makes no model of an id. */
const OTHERS: ReadonlySet<string> = new Set(['specificationVersion', 'tools', 'files', 'skills', 'experimental_batch']);

/** Names of the methods of an object, those of its class included: what is called for an answer, and uploads. */
function methodsOf(thing: object): readonly string[] {
  const names = [thing, Object.getPrototypeOf(thing) as object].flatMap((level) => Object.getOwnPropertyNames(level));
  const isPublic = (name: string): boolean => /^(?:do[A-Z]|upload|delete|download|getFileMetadata)/.test(name);
  return [...new Set(names)].filter((name) => isPublic(name) && typeof membersOf(thing)[name] === 'function');
}

/** Makes what a member makes. */
function made(provider: Members, name: string): object {
  const make = provider[name] as (this: Members, id?: string) => object;
  return OTHERS.has(name) ? make.call(provider) : make.call(provider, 'gpt-4');
}

/** The same of ours; nothing where it says why it makes none. */
function madeByUs(provider: Members, name: string): object | undefined {
  try {
    return made(provider, name);
  } catch (error) {
    expect(UnsupportedFunctionalityError.isInstance(error)).toBe(true);
    expect(String(error)).toContain(`A balanced provider has no ${name}: `);
    return undefined;
  }
}

describe.each(lines)('a ring of %s endpoints', (_, theirs, ours) => {
  const names = Object.keys(theirs);

  it.each(names)('has the member %s', (name) => {
    expect(typeof ours[name]).toBe(typeof theirs[name]);
  });

  it.each(names.filter((name) => typeof theirs[name] === 'function'))('has all methods of what %s() makes', (name) => {
    const mine = madeByUs(ours, name);
    if (mine === undefined) return;

    expect(methodsOf(mine)).toEqual(expect.arrayContaining([...methodsOf(made(theirs, name))]));
  });
});
