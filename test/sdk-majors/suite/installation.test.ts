import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import * as azure from '@ai-sdk/azure';
import * as openai from '@ai-sdk/openai';
import * as provider from '@ai-sdk/provider';
import * as ai from 'ai';
import * as balancer from 'ai-sdk-load-balancer';
import { describe, expect, it } from 'vitest';

import { sdkMajors } from '../majors.ts';
import { sdkMajor } from './sdk-major.ts';

/** `.sdk-majors/<major>/` */
const folder = new URL('../../../', import.meta.url);

interface Manifest {
  readonly version: string;
  readonly exports: { readonly '.': { readonly import: string | { readonly default: string } } };
}

const placeOf = (name: string) => new URL(`node_modules/${name}/`, folder);

const manifestOf = async (name: string) =>
  JSON.parse(await readFile(new URL('package.json', placeOf(name)), 'utf8')) as Manifest;

async function entryOf(name: string): Promise<URL> {
  const { import: entry } = (await manifestOf(name)).exports['.'];
  return new URL(typeof entry === 'string' ? entry : entry.default, placeOf(name));
}

// The folder lies inside the project, whose own packages are those of the newest major: what is tested must not be them.
describe('the packages under test', () => {
  it('are in a folder that is named for the major of the SDK', () => {
    expect(fileURLToPath(folder)).toMatch(new RegExp(`\\.sdk-majors[\\\\/]${sdkMajor}[\\\\/]$`));
  });

  it.each([
    ['ai', ai],
    ['@ai-sdk/openai', openai],
    ['@ai-sdk/azure', azure],
    ['@ai-sdk/provider', provider],
    ['ai-sdk-load-balancer', balancer],
  ] as const)('import %s from this folder', async (name, imported) => {
    const own: object = await import((await entryOf(name)).href);

    expect(own).toBe(imported);
  });

  it('have the versions that majors.ts lists', async () => {
    const packages = sdkMajors.find(({ major }) => major === sdkMajor)?.packages ?? {};

    const versions = await Promise.all(
      Object.keys(packages).map(async (name) => [name, (await manifestOf(name)).version] as const),
    );

    expect(Object.fromEntries(versions)).toEqual(packages);
  });
});
