import { carryBack, markPart } from '../portability/carry-back.ts';
import { mapCallOptions, portableCall, type PortableCall, type Referring } from '../portability/portable-call.ts';
import { type Place, placeOf } from '../portability/place.ts';
import type { CallRoute } from '../call/route.ts';
import type { Deployment } from '../deployment/deployment.ts';
import type { CallOptions, CallResult, ModelKind, SdkLanguageModel, StreamPart } from '../sdk.ts';
import { isFirstSpecification } from '../sdk.ts';
import type { BalancedModelParts, ModelContext } from './balanced-model.ts';

type Warnings = readonly object[];

/** What prompts can refer to, by the API that takes them. */
const REFERRING: { readonly [Kind in ModelKind]?: Referring } = { responses: 'everything', chat: 'files' };

/** What makes one model's calls mean the same at each of its deployments. */
export class PortableModel {
  readonly #parts: Pick<BalancedModelParts<SdkLanguageModel>, 'ring' | 'context'>;
  readonly #places: ReadonlyMap<Deployment, Place>;
  readonly #referring: Referring;
  readonly #marks: boolean;

  constructor({ ring, context, templates }: BalancedModelParts<SdkLanguageModel>) {
    this.#parts = { ring, context };
    this.#places = new Map(
      ring.deployments.map((deployment, index) => [
        deployment,
        placeOf(deployment.endpoint, templates[index] as SdkLanguageModel, ring.kind),
      ]),
    );
    this.#referring = templates.some(isFirstSpecification) ? 'nothing' : (REFERRING[ring.kind] ?? 'nothing');
    this.#marks = this.isStateful && context.settings.statefulAffinity;
  }

  begin(options: CallOptions): PortableModelCall {
    const { statefulAffinity } = this.#parts.context.settings;
    const call = portableCall(options, this.#referring, {
      affinity: statefulAffinity,
      memory: this.#parts.context.owners,
      approvals: this.#parts.context.approvals,
    });
    return new PortableModelCall(this, options, call, call && this.#routeOf(call));
  }

  placeAt(deployment: Deployment): Place {
    return this.#places.get(deployment) as Place;
  }

  /** Whether content parts carry the mark of their endpoint. */
  get marks(): boolean {
    return this.#marks;
  }

  /** Whether answers may have metadata under another key than `openai`. */
  get isStateful(): boolean {
    return this.#referring === 'everything';
  }

  get context(): ModelContext {
    return this.#parts.context;
  }

  #routeOf(call: PortableCall): CallRoute {
    const { deployments } = this.#parts.ring;
    const excluded = this.#excluded(call);
    const keeper = deployments.find((each) => call.pins.isAt(this.placeAt(each)));
    const [reference] = call.pins.references;
    return {
      excluded,
      owner: deployments.find((each) => !excluded.has(each) && call.isOwnedBy(this.placeAt(each))),
      reason:
        reference === undefined
          ? undefined
          : `${reference.what} "${reference.id}" is stored at ${keeper === undefined ? 'one endpoint' : `endpoint "${keeper.endpoint.name}"`} alone`,
      judge: (error, failure, { deployment, madeNoRequest }) =>
        call.judge(error, failure, { place: this.placeAt(deployment), madeNoRequest }),
    };
  }

  /** Who cannot serve a call: for want of what it is pinned to, or of a tool. */
  #excluded(call: PortableCall): ReadonlySet<Deployment> {
    const { ring, context } = this.#parts;
    const { deployments } = ring;
    const pinned = deployments.filter((each) => call.pins.isElsewhere(this.placeAt(each)));
    // When nobody here is the one that has it, somebody may have it all the same.
    const elsewhere = new Set(pinned.length === deployments.length ? [] : pinned);
    const lacks = new Map<Deployment, string>();
    for (const deployment of deployments) {
      const lacked = call.lackedAt(this.placeAt(deployment));
      if (lacked !== undefined) lacks.set(deployment, lacked);
    }
    const excluded = new Set([...elsewhere, ...lacks.keys()]);
    // What nobody has, the SDK's own model has something to say about.
    if (excluded.size === deployments.length) return elsewhere;
    for (const [{ endpoint }, lacked] of lacks) {
      context.events.emit('excluded', () => ({ modelId: ring.modelId, endpoint: endpoint.name, lacks: lacked }));
    }
    return excluded;
  }
}

/** One call of such a model. */
export class PortableModelCall {
  readonly route: CallRoute | undefined;
  readonly #model: PortableModel;
  readonly #options: CallOptions;
  readonly #call: PortableCall | undefined;
  /** What the attempt at a deployment had to leave out. */
  #warnings: Map<Deployment, Warnings> | undefined;

  constructor(
    model: PortableModel,
    options: CallOptions,
    call: PortableCall | undefined,
    route: CallRoute | undefined,
  ) {
    this.#model = model;
    this.#options = options;
    this.#call = call;
    this.route = route;
  }

  /** The caller's options as the deployment's model reads them. */
  optionsAt(deployment: Deployment): CallOptions {
    const place = this.#model.placeAt(deployment);
    if (this.#call === undefined) return mapCallOptions(this.#options, place);
    const { options, warnings } = this.#call.optionsAt(place);
    if (warnings.length > 0) (this.#warnings ??= new Map()).set(deployment, warnings);
    return options;
  }

  /** A result with metadata under the key that users of OpenAI look at, and marks on its parts. */
  carryBack<Result extends CallResult>(result: Result, deployment: Deployment): Result {
    this.#remember(result, deployment);
    if (!this.#model.isStateful) return result;
    const { content } = result;
    if (Array.isArray(content)) for (const part of content) this.#look(part as StreamPart);
    const warned = this.#withWarnings(carryBack(result), deployment);
    return {
      ...warned,
      ...(Array.isArray(content) && {
        content: content.map((part: StreamPart) => this.#carryBackPart(part, deployment)),
      }),
    };
  }

  /** The same for a part of a stream. The same object when it carries nothing. */
  carryBackPart(part: StreamPart, deployment: Deployment): StreamPart {
    this.#look(part);
    if (part['providerMetadata'] === undefined && part.type !== 'finish') {
      if (part.type === 'stream-start') return this.#withWarnings(part, deployment);
      if (part.type !== 'tool-call' && part.type !== 'tool-result') return part;
    }
    if (part.type !== 'finish') return this.#carryBackPart(part, deployment);
    this.#remember(part, deployment);
    return carryBack(part);
  }

  #look(part: StreamPart): void {
    if (part.type === 'tool-call' || part.type === 'tool-approval-request') this.#call?.look(part);
  }

  #withWarnings<Carrier extends object>(carrier: Carrier, deployment: Deployment): Carrier {
    const ours = this.#warnings?.get(deployment);
    if (ours === undefined) return carrier;
    const { warnings } = carrier as { readonly warnings?: Warnings };
    return { ...carrier, warnings: [...(warnings ?? []), ...ours] };
  }

  #carryBackPart(part: StreamPart, deployment: Deployment): StreamPart {
    return this.#model.marks ? markPart(part, this.#model.placeAt(deployment).mark) : carryBack(part);
  }

  #remember({ providerMetadata }: CallResult, deployment: Deployment): void {
    const place = this.#model.placeAt(deployment);
    this.#call?.pins.remember(place);
    if (!this.#model.marks) return;
    const { responseId } = (providerMetadata?.['openai'] ?? providerMetadata?.['azure'] ?? {}) as {
      readonly responseId?: unknown;
    };
    if (typeof responseId === 'string') this.#model.context.owners.remember(responseId, place.mark.endpoint);
  }
}
