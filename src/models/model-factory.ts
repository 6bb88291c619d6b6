import { InvalidSettingsError } from '../errors/invalid-settings-error.ts';
import { LruMap } from '../lru-map.ts';
import type { Fleet } from '../ring/fleet.ts';
import { Chain } from '../ring/chain.ts';
import { standInsOf } from '../ring/model-ids.ts';
import type { Ring } from '../ring/ring.ts';
import type { ModelKind, ModelSettings, SdkEmbeddingModel, SdkLanguageModel, SdkModel } from '../sdk.ts';
import { createAnswerModel } from './answer-model.ts';
import type { BalancedModelOptions, ModelContext } from './balanced-model.ts';
import { type DimensionsCheck, dimensionsCheck, refuseMixedNames } from './embedding-dimensions.ts';
import { createEmbeddingModel } from './embedding-model.ts';
import { createLanguageModel } from './language-model.ts';

/** Models that are kept for the next call that asks for them. */
const MOST_MODELS = 1_000;

/** Characters of a model id: those of OpenAI and Azure have less than a hundred, and each one is kept for a while. */
const LONGEST_ID = 512;

/** Makes a balanced model of a kind, each once; with AI SDK 4's settings of a model it is made anew each time. */
export type MakeBalancedModel = (kind: ModelKind, id: string, settings: ModelSettings | undefined) => SdkModel;

/** @param logical the logical id for what a caller asks for. */
export function modelFactory(fleet: Fleet, logical: (id: string) => string, context: ModelContext): MakeBalancedModel {
  const made = new LruMap<string, SdkModel>(MOST_MODELS);
  // One for each ring: calls wait at its chain, and its models have vectors of one length.
  const chains = new WeakMap<Ring, Chain>();
  const checks = new WeakMap<Ring, DimensionsCheck>();
  const { allowMixedEmbeddings } = context.settings;
  const standIns = standInsOf(context.settings, logical);

  const chainOf = (ring: Ring): Chain | undefined => {
    const { kind, modelId } = ring;
    const ids = standIns.get(modelId) ?? [];
    if (ids.length === 0) return undefined;
    if (kind === 'embedding' && !allowMixedEmbeddings) throw mixedFallback(modelId);
    const chain = chains.get(ring) ?? new Chain([ring, ...ids.map((id) => fleet.ring(kind, id))]);
    chains.set(ring, chain);
    return chain;
  };

  const create = (ring: Ring, settings: ModelSettings | undefined): SdkModel => {
    const chain = chainOf(ring);
    const options = { ring, chain, context, settings, templates: templatesOf(ring, chain, settings) };
    switch (ring.kind) {
      case 'embedding': {
        if (!allowMixedEmbeddings) refuseMixedNames(ring);
        const check = checks.get(ring) ?? dimensionsCheck(ring.modelId, allowMixedEmbeddings);
        checks.set(ring, check);
        return createEmbeddingModel(options as BalancedModelOptions<SdkEmbeddingModel>, check);
      }
      case 'image':
      case 'transcription':
      case 'speech':
      case 'reranking':
      case 'decision':
      case 'extraction':
        return createAnswerModel(options);
      default:
        return createLanguageModel(options as BalancedModelOptions<SdkLanguageModel>);
    }
  };

  return (kind, id, settings) => {
    if (typeof id !== 'string' || id === '' || id.length > LONGEST_ID) {
      throw new TypeError(`A model id must be a string of 1 to ${LONGEST_ID} characters.`);
    }
    const modelId = logical(id);
    const key = `${kind}\n${modelId}`;
    const known = settings === undefined ? made.get(key) : undefined;
    if (known !== undefined) return known;
    const model = create(fleet.ring(kind, modelId), settings);
    if (settings === undefined) made.set(key, model);
    return model;
  };
}

const mixedFallback = (modelId: string): InvalidSettingsError =>
  new InvalidSettingsError([
    {
      path: `fallbacks.${modelId}`,
      message:
        'is an embedding model, whose vectors do not mix with those of others; leave it out, or set allowMixedEmbeddings',
    },
  ]);

/**
 * The models that a balanced model stands for, as they are before credentials are known.
 *
 * @throws {InvalidSettingsError} when a provider that was handed in is of another AI SDK major.
 */
function templatesOf(ring: Ring, chain: Chain | undefined, settings: ModelSettings | undefined): readonly SdkModel[] {
  const { deployments } = chain ?? ring;
  const models = deployments.map((each) => {
    const { kind, modelId } = chain?.ringOf(each) ?? ring;
    // A ring holds deployments that have a model.
    return each.endpoint.model(kind, modelId, settings) as SdkModel;
  });
  const [first, expected] = [deployments[0]?.endpoint.name, models[0]?.specificationVersion];
  const problems = deployments.flatMap(({ endpoint }, index) => {
    const version = models[index]?.specificationVersion;
    const message = `its models have specification ${version}, those of "${first}" have ${expected}; install providers of one AI SDK line`;
    return version === expected ? [] : [{ path: `endpoint "${endpoint.name}"`, message }];
  });
  if (problems.length > 0) throw new InvalidSettingsError(problems);
  return models;
}
