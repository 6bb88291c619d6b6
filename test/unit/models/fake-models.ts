import { createBalancedProvider, type BalancedProvider } from '../../../src/index.ts';

/** Fields of a model beside its name. */
export type Fields = Readonly<Record<PropertyKey, unknown>>;

/** A balanced provider whose endpoints' models have these fields, one set for each endpoint. */
export function balancedOver(specificationVersion: string, ...endpoints: readonly Fields[]): BalancedProvider {
  return createBalancedProvider({
    endpoints: endpoints.map((fields, index) => {
      // As an object literal, so that getters and functions of `fields` keep their `this`.
      const make = (modelId: string) =>
        Object.create(fields, {
          specificationVersion: { value: specificationVersion },
          provider: { value: 'fake' },
          modelId: { value: modelId },
        }) as object;
      return {
        name: `e${index}`,
        provider: {
          specificationVersion,
          languageModel: make,
          imageModel: make,
          embeddingModel: make,
          transcriptionModel: make,
          speechModel: make,
          rerankingModel: make,
        },
      };
    }),
  });
}
