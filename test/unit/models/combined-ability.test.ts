import { describe, expect, it } from 'vitest';

import { balancedOver, type Fields } from './fake-models.ts';

const languageField = (name: string, ...endpoints: readonly Fields[]): unknown =>
  Reflect.get(balancedOver('v1', ...endpoints)('m'), name);

describe('a ring of language models of AI SDK 4', () => {
  it.each(['supportsImageUrls', 'supportsStructuredOutputs'])('has %s only when all have it', (name) => {
    const [yes, no] = [{ [name]: true }, { [name]: false }];

    expect(languageField(name, yes, yes)).toBe(true);
    for (const endpoints of [
      [yes, no],
      [no, yes],
      [{}, no],
      [no, {}],
    ]) {
      expect(languageField(name, ...endpoints)).toBe(false);
    }
    expect(languageField(name, yes, {})).toBeUndefined();
    expect(languageField(name, {}, yes)).toBeUndefined();
  });

  it('has a default mode for objects only when all have the same', () => {
    const [json, tool] = [{ defaultObjectGenerationMode: 'json' }, { defaultObjectGenerationMode: 'tool' }];

    expect(languageField('defaultObjectGenerationMode', json, json)).toBe('json');
    expect(languageField('defaultObjectGenerationMode', json, tool)).toBeUndefined();
    expect(languageField('defaultObjectGenerationMode', tool, {})).toBeUndefined();
  });
});

describe('a ring of image models', () => {
  /** What `generateImage` makes of the limit. */
  const imagesPerCall = async (...limits: readonly unknown[]): Promise<unknown> => {
    const balanced = balancedOver('v4', ...limits.map((maxImagesPerCall) => ({ maxImagesPerCall })));
    const limit: unknown = balanced.imageModel('m').maxImagesPerCall;
    return (typeof limit === 'function' ? await (limit as (options: object) => unknown)({ modelId: 'm' }) : limit) ?? 1;
  };

  it.each<[string, readonly unknown[], number]>([
    ['numbers', [10, 1], 1],
    ['numbers', [4, 10], 4],
    ['a function', [() => 4], 4],
    ['a function and a number', [10, () => 4], 4],
    ['functions of which one is late', [() => 4, async () => 3], 3],
    ['none, which stands for 1', [10, undefined], 1],
    ['none, which stands for 1', [undefined, () => 10], 1],
    ['none at all', [undefined, undefined], 1],
  ])('makes as many images in a call as the least of them: %s', async (_, limits, least) => {
    expect(await imagesPerCall(...limits)).toBe(least);
  });

  it('states a number where there is no function, as AI SDK 4 needs it', () => {
    const balanced = balancedOver('v1', { maxImagesPerCall: 10 }, {});

    expect(balanced.imageModel('m').maxImagesPerCall).toBe(1);
  });

  it('reads the limit of each model by a call of its own method, with its own id', async () => {
    function limit(this: { readonly limits: Fields }, { modelId }: { readonly modelId: string }): unknown {
      return this.limits[modelId];
    }
    const balanced = balancedOver(
      'v4',
      { maxImagesPerCall: limit, limits: { m: 10 } },
      { maxImagesPerCall: limit, limits: { m: 2 } },
    );
    const combined = balanced.imageModel('m').maxImagesPerCall as unknown as (options: object) => Promise<number>;

    expect(await combined({ modelId: 'another' })).toBe(2);
  });

  it.each(['supportsFileInputs', 'supportsMaskInputs'])('has %s only when all are known to have it', async (name) => {
    const field = (...values: readonly unknown[]): unknown =>
      Reflect.get(balancedOver('v4', ...values.map((value) => ({ [name]: value }))).imageModel('m'), name);

    expect(field(true, true)).toBe(true);
    expect(field(true, false)).toBe(false);
    expect(field(undefined, false)).toBe(false);
    expect(field(true, undefined)).toBeUndefined();
    expect(await field(true, Promise.resolve(true))).toBe(true);
    expect(await field(Promise.resolve(true), Promise.resolve(false))).toBe(false);
  });
});
