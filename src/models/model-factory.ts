import { InvalidSettingsError } from '../errors/invalid-settings-error.ts';
import type { Deployment } from '../deployment/deployment.ts';
import type { Fleet } from '../ring/fleet.ts';
import type { ModelIds } from '../ring/model-ids.ts';
import { LruMap } from '../lru-map.ts';
import type { Ring } from '../ring/ring.ts';
import type {
  ModelKind,
  ModelSettings,
  SdkEmbeddingModel,
  SdkGenerateModel,
  SdkLanguageModel,
  SdkModel,
} from '../sdk.ts';
import type { BalancedModelOptions, ModelContext } from './balanced-model.ts';
import { EmbeddingDimensions, refuseMixedNames } from './embedding-dimensions.ts';
import { createEmbeddingModel } from './embedding-model.ts';
import { createGenerateModel } from './generate-model.ts';
import { createLanguageModel } from './language-model.ts';

/** Models that are kept for the next who asks for them. */
const MOST_MODELS = 1_000;

/** Makes balanced models, each once. */
export class ModelFactory {
  readonly #fleet: Fleet;
  readonly #ids: ModelIds;
  readonly #context: ModelContext;
  readonly #made = new LruMap<string, SdkModel>(MOST_MODELS);
  readonly #dimensions = new WeakMap<Ring, EmbeddingDimensions>();

  constructor(fleet: Fleet, ids: ModelIds, context: ModelContext) {
    this.#fleet = fleet;
    this.#ids = ids;
    this.#context = context;
  }

  /**
   * @param settings AI SDK 4's settings of a model; a model with settings of its own is made anew each time.
   * @throws {TypeError} when the id is no text.
   */
  make(kind: ModelKind, id: string, settings: ModelSettings | undefined): SdkModel {
    if (typeof id !== 'string' || id === '') throw new TypeError('A model id must be a string that is not empty.');
    const modelId = this.#ids.logical(id);
    const key = `${kind}\n${modelId}`;
    const known = settings === undefined ? this.#made.get(key) : undefined;
    if (known !== undefined) return known;
    const made = this.#create(this.#fleet.ring(kind, modelId), settings);
    if (settings === undefined) this.#made.set(key, made);
    return made;
  }

  #create(ring: Ring, settings: ModelSettings | undefined): SdkModel {
    const parts = this.#parts(ring, settings);
    switch (ring.kind) {
      case 'embedding':
        if (!this.#context.settings.allowMixedEmbeddings) refuseMixedNames(ring);
        return createEmbeddingModel(parts as BalancedModelOptions<SdkEmbeddingModel>, this.#dimensionsOf(ring));
      case 'image':
      case 'transcription':
      case 'speech':
        return createGenerateModel(parts as BalancedModelOptions<SdkGenerateModel>);
      default:
        return createLanguageModel(parts as BalancedModelOptions<SdkLanguageModel>);
    }
  }

  #parts(ring: Ring, settings: ModelSettings | undefined): BalancedModelOptions<SdkModel> {
    const models = new Map<Deployment, SdkModel>();
    const build = ({ endpoint }: Deployment): SdkModel => endpoint.model(ring.kind, ring.modelId, settings) as SdkModel;
    return {
      ring,
      context: this.#context,
      settings,
      templates: oneSpecification(ring, ring.deployments.map(build)),
      // Built again at the first call, when the credentials are there.
      modelAt: (deployment) => {
        const known = models.get(deployment);
        if (known !== undefined) return known;
        const model = build(deployment);
        models.set(deployment, model);
        return model;
      },
    };
  }

  #dimensionsOf(ring: Ring): EmbeddingDimensions {
    const known = this.#dimensions.get(ring);
    if (known !== undefined) return known;
    const dimensions = new EmbeddingDimensions(ring.modelId, this.#context.settings.allowMixedEmbeddings);
    this.#dimensions.set(ring, dimensions);
    return dimensions;
  }
}

/** @throws {InvalidSettingsError} when a provider that was handed in is of another AI SDK line. */
function oneSpecification(ring: Ring, models: readonly SdkModel[]): readonly SdkModel[] {
  const expected = models[0]?.specificationVersion;
  const problems = models.flatMap(({ specificationVersion }, index) =>
    specificationVersion === expected
      ? []
      : [
          {
            path: `endpoint "${ring.deployments[index]?.endpoint.name}"`,
            message: `its models have specification ${specificationVersion}, those of "${ring.deployments[0]?.endpoint.name}" have ${expected}; install providers of one AI SDK line`,
          },
        ],
  );
  if (problems.length > 0) throw new InvalidSettingsError(problems);
  return models;
}
