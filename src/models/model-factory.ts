import type { Deployment } from '../deployment/deployment.ts';
import { InvalidSettingsError } from '../errors/invalid-settings-error.ts';
import { LruMap } from '../lru-map.ts';
import type { Fleet } from '../ring/fleet.ts';
import { Chain } from '../ring/chain.ts';
import { standInsOf } from '../ring/model-ids.ts';
import type { Ring } from '../ring/ring.ts';
import type {
  ModelKind,
  ModelSettings,
  SdkEmbeddingModel,
  SdkGenerateModel,
  SdkLanguageModel,
  SdkModel,
} from '../sdk.ts';
import { createAnswerModel } from './answer-model.ts';
import type { BalancedModelOptions, ModelContext } from './balanced-model.ts';
import { type DimensionsCheck, dimensionsCheck, refuseMixedNames } from './embedding-dimensions.ts';
import { createEmbeddingModel } from './embedding-model.ts';
import { createGenerateModel } from './generate-model.ts';
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
  const checks = new WeakMap<Ring, DimensionsCheck>();

  const chains = new WeakMap<Ring, Chain>();
  const { allowMixedEmbeddings } = context.settings;
  const standIns = standInsOf(context.settings, logical);

  /** One for each ring, since calls wait at it. */
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
    const options = modelOptions(ring, chainOf(ring), context, settings);
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
        return createGenerateModel(options as BalancedModelOptions<SdkGenerateModel>);
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

function modelOptions(
  ring: Ring,
  chain: Chain | undefined,
  context: ModelContext,
  settings: ModelSettings | undefined,
): BalancedModelOptions<SdkModel> {
  const models = new Map<Ring, Map<Deployment, SdkModel>>();
  const build = ({ endpoint }: Deployment, { kind, modelId }: Ring): SdkModel =>
    endpoint.model(kind, modelId, settings) as SdkModel;
  const { deployments } = chain ?? ring;
  return {
    ring,
    chain,
    context,
    settings,
    templates: oneSpecification(
      deployments,
      deployments.map((each) => build(each, chain?.ringOf(each) ?? ring)),
    ),
    // Built again at the first call, when the credentials are there.
    modelAt: (deployment, at) => {
      const known = models.get(at) ?? new Map<Deployment, SdkModel>();
      models.set(at, known);
      const model = known.get(deployment) ?? build(deployment, at);
      known.set(deployment, model);
      return model;
    },
  };
}

/** @throws {InvalidSettingsError} when a provider that was handed in is of another AI SDK major. */
function oneSpecification(deployments: readonly Deployment[], models: readonly SdkModel[]): readonly SdkModel[] {
  const expected = models[0]?.specificationVersion;
  const [first, ...names] = deployments.map(({ endpoint }) => `"${endpoint.name}"`);
  const problems = models.slice(1).flatMap(({ specificationVersion }, index) =>
    specificationVersion === expected
      ? []
      : [
          {
            path: `endpoint ${names[index]}`,
            message: `its models have specification ${specificationVersion}, those of ${first} have ${expected}; install providers of one AI SDK line`,
          },
        ],
  );
  if (problems.length > 0) throw new InvalidSettingsError(problems);
  return models;
}
