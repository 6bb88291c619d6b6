import { AISDKError, APICallError } from '@ai-sdk/provider';
import { describe, expect, it, vi } from 'vitest';

import * as library from '../../../src/index.ts';

const { AllEndpointsFailedError, AttemptTimeoutError, CredentialError, IncompleteStreamError } = library;
const { InvalidSettingsError, MissingCredentialsError, MixedEmbeddingsError } = library;

const problems = [{ path: 'endpoints', message: 'is missing' }];
const errors = [
  new AllEndpointsFailedError({
    modelId: 'm',
    attempts: [],
    retryAfterMs: undefined,
    errors: [],
    reason: 'All failed',
  }),
  new AttemptTimeoutError({ setting: 'timeout.attemptMs', timeoutMs: 1, endpoint: 'a' }),
  new CredentialError({ setting: 'apiKey', endpoint: 'a', cause: 'the vault is sealed' }),
  new IncompleteStreamError({ endpoint: 'a' }),
  new InvalidSettingsError(problems),
  new MissingCredentialsError(problems),
  new MixedEmbeddingsError({ modelId: 'm', message: 'They differ.' }),
].map((error) => [error.name, error] as const);

interface ErrorClass {
  readonly name: string;
  readonly isInstance: (error: unknown) => boolean;
}

const classesOf = (copy: object): readonly ErrorClass[] =>
  Object.entries(copy).flatMap(([name, value]) => (name.endsWith('Error') ? [value as ErrorClass] : []));

describe('each error class', () => {
  it.each(errors)(
    '%s.isInstance accepts its own instances, also those of another copy of the package',
    async (name, error) => {
      vi.resetModules();
      const copy = await import('../../../src/index.ts');

      expect(copy.AllEndpointsFailedError).not.toBe(AllEndpointsFailedError);
      for (const classes of [classesOf(library), classesOf(copy)]) {
        expect(classes.filter((each) => each.isInstance(error)).map((known) => `AI_${known.name}`)).toEqual([name]);
      }
    },
  );

  it.each(errors)('%s belongs to the classes of the AI SDK', (name, error) => {
    expect(error).toBeInstanceOf(Error);
    expect(AISDKError.isInstance(error)).toBe(true);
    expect(APICallError.isInstance(error)).toBe(name === 'AI_AllEndpointsFailedError');
  });

  it.each([undefined, null, 'AI_CredentialError', new Error('any'), {}])('accepts no other value: %s', (value) => {
    expect(classesOf(library).filter((each) => each.isInstance(value))).toEqual([]);
  });
});

it('a CredentialError keeps its cause', () => {
  expect(new CredentialError({ setting: 'apiKey', endpoint: 'a', cause: 'sealed' }).cause).toBe('sealed');
});
