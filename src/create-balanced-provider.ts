import type { CheckOptions, CheckResult } from './preflight/check.ts';
import { systemClock } from './clock.ts';
import { Endpoints } from './endpoint/create-endpoints.ts';
import { EventEmitter } from './event-emitter.ts';
import type { BalancedEventName, BalancedListener } from './events.ts';
import { callIds } from './call/call-ids.ts';
import type { ModelContext } from './models/balanced-model.ts';
import { modelFactory } from './models/model-factory.ts';
import { unsupportedMembers } from './models/unsupported-members.ts';
import { createUploads } from './models/uploads.ts';
import { ConversationMemory } from './portability/conversation-memory.ts';
import { explain, type Explanation } from './explain.ts';
import { Fleet } from './ring/fleet.ts';
import { logicalIds, standInsOf } from './ring/model-ids.ts';
import {
  type DecisionModel,
  type EmbeddingModel,
  type ExtractionModel,
  type ImageModel,
  type LanguageModel,
  MEMBERS,
  MODEL_KINDS,
  type ModelKind,
  type ModelSettings,
  type OpenAITools,
  type ProviderSpecification,
  type RerankingModel,
  type SpeechModel,
  type TranscriptionModel,
  type Uploads,
} from './sdk.ts';
import { openaiTools } from './endpoint/installed-sdk.ts';
import { LocalView } from './state/local-view.ts';
import { resolveSettings } from './settings/resolve-settings.ts';
import type { BalancedProviderSettings } from './settings/settings.ts';
import { isTwin } from './settings/twins.ts';
import { validateSettings } from './settings/validate-settings.ts';
import { type BalancedStatus, statusOf } from './status.ts';

/** Makes a model. The second argument is AI SDK 4's settings of a model; later lines take options with the call. */
export type MakeModel<Model> = (modelId: string, settings?: ModelSettings) => Model;

/** The members of a balanced provider. Every model function throws `NoSuchModelError` when no endpoint has such a model. */
export interface BalancedProviderMembers {
  /** A language model, by the API that `status().api` names. */
  (modelId: string, settings?: ModelSettings): LanguageModel;
  /** A language model, by the API that `status().api` names. */
  readonly languageModel: MakeModel<LanguageModel>;
  /** A language model by the Chat Completions API. */
  readonly chat: MakeModel<LanguageModel>;
  /** A language model by the Responses API. */
  readonly responses: MakeModel<LanguageModel>;
  /** A language model by the legacy Completions API. */
  readonly completion: MakeModel<LanguageModel>;
  /** An embedding model. */
  readonly embeddingModel: MakeModel<EmbeddingModel>;
  /** An embedding model. */
  readonly embedding: MakeModel<EmbeddingModel>;
  /** An embedding model. */
  readonly textEmbeddingModel: MakeModel<EmbeddingModel>;
  /** An embedding model. */
  readonly textEmbedding: MakeModel<EmbeddingModel>;
  /** An image model. */
  readonly imageModel: MakeModel<ImageModel>;
  /** An image model. */
  readonly image: MakeModel<ImageModel>;
  /** A transcription model. */
  readonly transcriptionModel: MakeModel<TranscriptionModel>;
  /** A transcription model. */
  readonly transcription: MakeModel<TranscriptionModel>;
  /** A speech model. */
  readonly speechModel: MakeModel<SpeechModel>;
  /** A speech model. */
  readonly speech: MakeModel<SpeechModel>;
  /** A model that Azure has beside those of OpenAI, such as DeepSeek's, by the Chat Completions API. */
  readonly deepseek: MakeModel<LanguageModel>;
  /** A decision model, of AI SDK 7 at OpenAI. */
  readonly decisionModel: MakeModel<DecisionModel>;
  /** A decision model. */
  readonly evaluationModel: MakeModel<DecisionModel>;
  /** An extraction model, of AI SDK 7 at OpenAI. */
  readonly extractionModel: MakeModel<ExtractionModel>;
  /** A reranking model, of providers that were handed in: OpenAI and Azure have none. */
  readonly rerankingModel: MakeModel<RerankingModel>;
  /** Tools that OpenAI executes itself, such as web search: those of the installed `@ai-sdk/openai`. */
  readonly tools: OpenAITools;
  /**
   * Listens to an event. What the listener throws is dropped.
   *
   * @returns a function that stops listening.
   * @throws {TypeError} when there is no such event, or no listener.
   */
  on<Name extends BalancedEventName>(name: Name, listener: BalancedListener<Name>): () => void;
  /**
   * Takes an endpoint out of rotation at once, for as long as it is not resumed. It gets no new calls and keeps those under way.
   * Conversations that it has stored move to others in full; a call goes there all the same that goes on from what only it has
   * stored (`previousResponseId`, `conversation`, files), with an event `warning`.
   *
   * @returns a promise that resolves when what is under way there has ended, or when the endpoint is resumed before that.
   * @throws {TypeError} when there is no endpoint of that name.
   */
  drain(endpoint: string): Promise<void>;
  /**
   * Brings an endpoint back that was drained.
   *
   * @throws {TypeError} when there is no endpoint of that name.
   */
  resume(endpoint: string): void;
  /**
   * Forgets cooldowns, rate limits and learned limits of an endpoint, or of all. A drained endpoint stays drained.
   *
   * @throws {TypeError} when there is no endpoint of that name.
   */
  reset(endpoint?: string): void;
  /** How every endpoint and deployment is now: a frozen snapshot without any secret. */
  status(): BalancedStatus;
  /**
   * Where a call of a model would go now, and why not to the other deployments. Makes no request and changes nothing: without a cache
   * key, the next call goes to `candidates[0]`. A picker function is asked.
   *
   * @throws {NoSuchModelError} when no endpoint has such a model.
   */
  explain(modelId: string): Explanation;
  /**
   * Asks each deployment once, at a cost of a few tokens: those of the models that the settings name, and of those asked for so far.
   * Of an endpoint without any, the key is tried. Health and limits learn nothing from it.
   */
  check(options?: CheckOptions): Promise<CheckResult>;
}

const TWIN = {
  code: 'same-settings-twice',
  endpoint: undefined,
  message:
    'This process has another provider with the same settings, and neither knows what the other has seen. Keep one: globalThis.balanced ??= createBalancedProvider(…).',
} as const;

/**
 * An AI SDK provider whose models stand for rings of real models. With AI SDK 7 it has `files()` and `skills()`: what is uploaded goes
 * to every endpoint that can take it, and comes back as one reference.
 */
export type BalancedProvider = BalancedProviderMembers & ProviderSpecification & Uploads;

/**
 * Makes an AI SDK provider that spreads calls over OpenAI and Azure OpenAI endpoints, and asks another when one fails.
 *
 * Nothing is read from the environment, and no request is made, before the first call.
 *
 * @throws {InvalidSettingsError} that lists everything that is wrong with the settings.
 * @example
 * const balanced = createBalancedProvider({
 *   endpoints: [
 *     { type: 'openai', apiKeyEnv: 'OPENAI_API_KEY' },
 *     { type: 'azure', resourceName: 'my-eastus', apiKeyEnv: 'AZURE_API_KEY' },
 *   ],
 * });
 * await generateText({ model: balanced('gpt-5'), prompt: 'Hello' });
 */
export function createBalancedProvider(settings: BalancedProviderSettings): BalancedProvider {
  validateSettings(settings);
  const resolved = resolveSettings(settings);
  const clock = { ...systemClock, random: resolved.random };
  const events = new EventEmitter();
  const endpoints = new Endpoints(resolved, events, clock);
  const fleet = new Fleet({ settings: resolved, endpoints: endpoints.all, clock, events });
  const { state } = resolved;
  const shared =
    state && new LocalView({ state, settings: resolved, clock, events, deployments: () => fleet.deployments });
  const context: ModelContext = {
    settings: resolved,
    clock,
    events,
    shared,
    memory: new ConversationMemory(shared),
    nextCallId: callIds(),
    requireCredentials: (serving) => endpoints.requireCredentials(serving),
  };
  const api = resolved.api ?? endpoints.api;
  const toLogical = logicalIds(resolved);
  const standIns = standInsOf(resolved, toLogical);
  const makeModel = modelFactory(fleet, toLogical, context);
  const make = (kind: ModelKind) => (modelId: string, modelSettings?: ModelSettings) =>
    makeModel(kind, modelId, modelSettings);
  const modelFunctions = MODEL_KINDS.flatMap((kind) => {
    const makeOne = make(kind);
    return MEMBERS[kind].map((name) => [name, makeOne] as const);
  });

  const provider = Object.assign(make(api), {
    // A provider that was handed in may not say; without one, the registries of SDK 6 and 7 would take this for an old one.
    specificationVersion: endpoints.all.map((endpoint) => endpoint.provider.specificationVersion).find(Boolean),
    ...Object.fromEntries(modelFunctions),
    languageModel: make(api),
    files: () => createUploads('files', fleet, context),
    skills: () => createUploads('skills', fleet, context),
    ...unsupportedMembers(),
    on: <Name extends BalancedEventName>(name: Name, listener: BalancedListener<Name>) => events.on(name, listener),
    status: statusOf(api, fleet, clock, () => shared?.state ?? 'local'),
    explain: (modelId: string) => explain({ fleet, endpoints, api, standIns }, toLogical(modelId), clock.now()),
    check: async (options?: CheckOptions) => {
      // Few apps check, and none while it serves: this code is loaded when it is wanted.
      const { check } = await import('./preflight/check.ts');
      return check({ fleet, endpoints, settings: resolved, clock, api, toLogical }, options);
    },
    drain: (name: string) => fleet.member(name).gates.drain.close(clock.now()),
    resume: (name: string) => fleet.member(name).gates.drain.open(),
    reset: (name?: string) => {
      fleet.reset(name);
      shared?.reset(fleet.deployments.filter(({ endpoint }) => name === undefined || endpoint.name === name));
    },
  });
  // Later, so that a listener hears of it that is added at once.
  if (isTwin(settings)) queueMicrotask(() => events.warn(TWIN));
  Object.defineProperty(provider, 'tools', { get: openaiTools, enumerable: true });
  // The models are those of the installed line, which only the user's compiler can name.
  return provider as unknown as BalancedProvider;
}
