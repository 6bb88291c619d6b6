import type { FailedAttempt, Reclassified, Route } from '../call/route.ts';
import type { Deployment } from '../deployment/deployment.ts';
import { markOf } from '../deployment/endpoint-mark.ts';
import type { Target } from '../deployment/target.ts';
import type { EventEmitter } from '../event-emitter.ts';
import type { Failure } from '../failure/failure.ts';
import type { Ring } from '../ring/ring.ts';
import { type CallOptions, type CallResult, isFirstSpecification, type ModelKind, type StreamPart } from '../sdk.ts';
import { alignPrompt } from './align-options.ts';
import { approvalWatcher } from './approval-memory.ts';
import type { ConversationMemory } from './conversation-memory.ts';
import { excludedDeployments } from './excluded-deployments.ts';
import { isPlainlyUnknown, isUnknownReference, mayHaveActed, referenceIds } from './failed-reference.ts';
import { latestOwner } from './find-steps.ts';
import { mapCallOptions } from './map-options.ts';
import { openaiMetadata, withOpenAIMetadata } from './openai-metadata.ts';
import { withIdsAt } from './placed-ids.ts';
import type { PromptMessage } from './prompt.ts';
import { type CallContents, NO_CONTENTS, readContents } from './read-contents.ts';
import { StatefulPrompt } from './stateful-prompt.ts';
import { allIds, isCalled, isPlaced, NOTHING_STORED, StoredReferences } from './stored-references.ts';
import { mapChanged, withField } from './with-field.ts';

type ServingRing = Pick<Ring, 'deployments' | 'kind' | 'modelId'>;

/** What the conversations with one model depend on. */
export interface ConversationDependencies {
  /** The ring of the model that is called, then those of the models that stand in for it. */
  readonly rings: readonly [ServingRing, ...ServingRing[]];
  readonly memory: ConversationMemory;
  readonly events: EventEmitter;
  /** Whether marks are written and obeyed. */
  readonly affinity: boolean;
}

/** Begins conversations with one model: at once, unless other processes are to be asked what endpoints have stored. */
export function conversationsWith(
  dependencies: ConversationDependencies,
): (options: CallOptions) => Conversation | Promise<Conversation> {
  const { rings, memory, affinity } = dependencies;
  const [{ kind }] = rings;
  const deployments = rings.flatMap((ring) => ring.deployments);
  // Chat and AI SDK 4 send everything in full.
  const isStateful = kind === 'responses' && !deployments.every((each) => isFirstSpecification(each.target(kind)));
  const context = { ...dependencies, kind, deployments, standIns: standInTargets(rings), isStateful };
  // Most calls mean the same everywhere, and have nothing to keep.
  const plain = new Conversation(context, {}, NO_CONTENTS, NOTHING_STORED);
  return (options) => {
    const contents = readContents(options, isStateful);
    if (contents === NO_CONTENTS) return plain;
    const { references, named } = contents;
    const looked = affinity ? references : references.filter(isPlaced);
    const ids = allIds(looked);
    const begin = (): Conversation => {
      const stored = ids.length === 0 ? NOTHING_STORED : new StoredReferences(looked, named, memory.ownersOf(ids));
      return new Conversation(context, options, contents, stored);
    };
    return memory.recall(ids)?.then(begin) ?? begin();
  };
}

/**
 * How models that stand in for another are spoken to: with a mark of their own, so that each gets in full what the other has said. A
 * model may not take what another one of its endpoint has stored, such as the steps of its reasoning.
 */
function standInTargets([own, ...others]: ConversationDependencies['rings']): ReadonlyMap<Deployment, Target> {
  const targets = new Map<Deployment, Target>();
  for (const { deployments, kind, modelId } of others) {
    for (const deployment of deployments) {
      if (own.deployments.includes(deployment) || targets.has(deployment)) continue;
      const mark = markOf(`${deployment.endpoint.name}\n${modelId}`);
      targets.set(deployment, { ...deployment.target(kind), mark, isStandIn: true });
    }
  }
  return targets;
}

interface ConversationContext extends ConversationDependencies {
  readonly kind: ModelKind;
  readonly deployments: readonly Deployment[];
  readonly standIns: ReadonlyMap<Deployment, Target>;
  /** Whether endpoints store what is said. */
  readonly isStateful: boolean;
}

/** What makes one call mean the same at each deployment of its ring, and its answer look the same wherever it comes from. */
export class Conversation implements Route {
  readonly excluded: ReadonlySet<Deployment>;
  readonly #context: ConversationContext;
  readonly #options: CallOptions;
  readonly #contents: CallContents;
  readonly #stored: StoredReferences;
  readonly #prompt: StatefulPrompt | undefined;
  readonly #watch: ReturnType<typeof approvalWatcher>;

  constructor(context: ConversationContext, options: CallOptions, contents: CallContents, stored: StoredReferences) {
    const { rings, memory, events, affinity } = context;
    this.#context = context;
    this.#options = options;
    this.#contents = contents;
    this.#stored = stored;
    this.excluded = excludedDeployments(rings, contents.tools, stored, events);
    if (contents.steps.length > 0) {
      const prompt = options['prompt'] as readonly PromptMessage[];
      this.#prompt = new StatefulPrompt(prompt, contents, affinity, memory.approvals);
    }
    this.#watch = approvalWatcher(contents.tools, memory.approvals);
  }

  ownerAmong(deployments: readonly Deployment[]): Deployment | undefined {
    if (this.#contents === NO_CONTENTS) return undefined;
    const owner = deployments.find((each) => !this.excluded.has(each) && this.#isOwner(each));
    return owner !== undefined && this.#mayKeep(owner, deployments) ? owner : undefined;
  }

  get isPinned(): boolean {
    return this.#stored.bound.length > 0;
  }

  get reason(): string | undefined {
    const [reference] = this.#stored.bound;
    if (reference === undefined) return undefined;
    const owner = this.#context.deployments.find((each) => this.#stored.seenFrom(this.#targetOf(each)) === 'here');
    const where = owner === undefined ? 'one endpoint' : `endpoint "${owner.endpoint.name}"`;
    return `${reference.what} "${reference.id}" is stored at ${where} alone`;
  }

  /**
   * Looks whether a failure says that the deployment does not know what the call refers to. No deployment is blamed for that:
   * what has content is sent in full, and for the rest the next deployment is asked, unless this one is known to have it.
   */
  reclassify(error: unknown, failure: Failure, { deployment, madeNoRequest }: FailedAttempt): Reclassified {
    if (!madeNoRequest && mayHaveActed(error, failure)) this.#prompt?.revokeApprovals(deployment);
    const storedIds = allIds(this.#stored.all);
    if (!isUnknownReference(error, failure, () => referenceIds(this.#options['prompt'], storedIds))) return { failure };
    const rejected: Failure = { class: 'rejected', statusCode: failure.statusCode, code: failure.code };
    const { steps, references } = this.#contents;
    const isNamed = () => isUnknownReference(error, { ...failure, code: undefined }, () => storedIds);
    if (storedIds.length > 0 && (steps.length === 0 || isNamed())) {
      const isHere = this.#stored.seenFrom(this.#targetOf(deployment)) === 'here';
      return { failure: rejected, verdict: isHere ? undefined : 'next' };
    }
    // A stored response holds its items already: sent in full beside it, they would be there twice.
    const goesOn = references.some(({ what }) => what === 'previousResponseId' || what === 'conversation');
    if (goesOn && !isPlainlyUnknown(error, failure)) return { failure };
    return this.#prompt?.inlineAll(deployment) === true ? { failure: rejected, verdict: 'same-again' } : { failure };
  }

  /** The caller's options as the deployment's model reads them. */
  optionsFor(deployment: Deployment, given: CallOptions): CallOptions {
    const target = this.#spokenTo(deployment);
    let options = mapCallOptions(given, target);
    if (this.#stored.all.some(isPlaced)) {
      for (const field of ['prompt', 'tools']) options = withField(options, field, withIdsAt(options[field], target));
    }
    if (!this.#context.isStateful || target.keys === undefined) return options;
    options = withField(options, 'prompt', alignPrompt(options['prompt'] as readonly PromptMessage[], target.keys));
    return this.#prompt?.optionsFor(deployment, target, options) ?? options;
  }

  /** A result with metadata under the key that users of OpenAI look at, and marks on its parts. */
  toResult<Result extends CallResult>(result: Result, deployment: Deployment): Result {
    this.#remember(result, deployment);
    const told = this.#withWarnings(withOpenAIMetadata(result), deployment);
    const content = result['content'] as readonly StreamPart[] | undefined;
    if (!Array.isArray(content)) return told;
    const parts = mapChanged(content, (part) => this.toPart(part, deployment));
    return withField(told, 'content', parts);
  }

  /** The same for a part of an answer. The same object when it carries nothing. */
  toPart(part: StreamPart, deployment: Deployment): StreamPart {
    const { type } = part;
    if (type === 'stream-start') return this.#withWarnings(part, deployment);
    if (type === 'finish') {
      this.#remember(part, deployment);
      return withOpenAIMetadata(part);
    }
    if (type === 'tool-call' || type === 'tool-approval-request') this.#watch?.(part);
    return withOpenAIMetadata(part, this.#writesMarks ? this.#spokenTo(deployment).mark : undefined);
  }

  get #writesMarks(): boolean {
    return this.#context.isStateful && this.#context.affinity;
  }

  #targetOf(deployment: Deployment): Target {
    return deployment.target(this.#context.kind);
  }

  #spokenTo(deployment: Deployment): Target {
    const { standIns } = this.#context;
    return (standIns.size === 0 ? undefined : standIns.get(deployment)) ?? this.#targetOf(deployment);
  }

  /** Whether the call is best sent there: the caller may have named its endpoint, or parts of it are stored there. */
  #isOwner(deployment: Deployment): boolean {
    const target = this.#targetOf(deployment);
    const { named, steps } = this.#contents;
    if (named !== undefined) return isCalled(target, named);
    if (!this.#context.affinity) return false;
    const seen = this.#stored.seenFrom(target);
    if (seen !== undefined) return seen === 'here';
    return latestOwner(steps) === this.#spokenTo(deployment).mark.endpoint;
  }

  /**
   * Marks come through browsers, and may be forged: where nothing is lost by moving, a mark does not lead past the deployments of a
   * better priority.
   */
  #mayKeep({ endpoint }: Deployment, among: readonly Deployment[]): boolean {
    const { named, steps } = this.#contents;
    if (named !== undefined || this.#stored.bound.length > 0 || !steps.every(({ isMovable }) => isMovable)) return true;
    return among.every((other) => this.excluded.has(other) || other.endpoint.priority >= endpoint.priority);
  }

  /** The deployment has resolved what the call refers to, and stored its own answer. */
  #remember(answer: CallResult, deployment: Deployment): void {
    const { memory } = this.#context;
    const target = this.#targetOf(deployment);
    memory.rememberOwner(this.#stored.idsAt(target), target.mark.endpoint);
    if (!this.#writesMarks) return;
    const { responseId } = (openaiMetadata(answer) ?? {}) as { readonly responseId?: unknown };
    if (typeof responseId === 'string') memory.rememberOwner([responseId], target.mark.endpoint);
  }

  #withWarnings<Carrier extends object>(carrier: Carrier, deployment: Deployment): Carrier {
    const ours = this.#prompt?.warningsOf(deployment);
    if (ours === undefined || ours.length === 0) return carrier;
    const { warnings } = carrier as { readonly warnings?: readonly object[] };
    return { ...carrier, warnings: [...(warnings ?? []), ...ours] };
  }
}
