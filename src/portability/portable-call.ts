import { inlineItemsHeader } from '../endpoint/inline-items.ts';
import type { Failure } from '../failure/failure.ts';
import type { CallOptions, StreamPart } from '../sdk.ts';
import { adaptPrompt } from './adapt-prompt.ts';
import { type ApprovalMemory, type ApprovalRequest, isAmong, type McpServer, mcpServers } from './approval-memory.ts';
import { ApprovalWatcher } from './approval-watcher.ts';
import { lackedTool } from './hosted-tool-support.ts';
import { type LeftOut, leftOutWarnings, type Warning } from './left-out-warning.ts';
import { mapOptions } from './option-keys.ts';
import type { OwnerMemory } from './owner-memory.ts';
import { misreadFile, type PinnedReference, PinnedReferences } from './pinned-references.ts';
import { isCalled, Pins } from './pins.ts';
import type { Place } from './place.ts';
import { mayHaveActed } from './may-have-acted.ts';
import { type PendingApprovals, pendingApprovals } from './pending-approvals.ts';
import { type HostedTool, hostedTools, type PromptMessage, type ProviderOptions } from './prompt.ts';
import { referenceIds } from './reference-ids.ts';
import { isPlainPrompt, MIXED, NOTHING_FOUND, type PromptScan, scanPrompt, type Step } from './scan-prompt.ts';
import { SentForms } from './sent-forms.ts';
import { isPlainlyUnknown, isUnknownReference } from './unknown-reference.ts';

/** What a call's portability depends on, beside the call. */
export interface PortabilitySettings {
  /** Whether marks are obeyed. */
  readonly affinity: boolean;
  readonly memory: OwnerMemory;
  readonly approvals: ApprovalMemory;
}

/** The request behind a failure. */
export interface FailedRequest {
  readonly place: Place;
  /** Whether it is certain that there was none. */
  readonly madeNoRequest: boolean;
}

/** What a call refers to, and how it goes to one endpoint or to another. Looks at its options once, whatever it takes. */
export class PortableCall {
  /** What no endpoint can resolve but the one that has it. */
  readonly pins: Pins;
  readonly #options: CallOptions;
  readonly #scan: PromptScan;
  readonly #tools: readonly HostedTool[];
  readonly #settings: PortabilitySettings;
  readonly #named: string | undefined;
  readonly #servers: readonly McpServer[];
  readonly #watcher: ApprovalWatcher | undefined;
  readonly #pending: PendingApprovals | undefined;
  /** Whether it goes on from a response or conversation that is stored. */
  readonly #continues: boolean;
  readonly #forms = new SentForms();

  constructor(options: CallOptions, { scan, pinned, tools }: CallContents, settings: PortabilitySettings) {
    this.#options = options;
    this.#scan = scan;
    this.#tools = tools;
    this.#settings = settings;
    if (scan.steps.length > 0) this.#pending = pendingApprovals(options['prompt'] as readonly PromptMessage[]);
    this.#continues = pinned.some(({ what }) => what === 'previousResponseId' || what === 'conversation');
    this.#servers = mcpServers(tools);
    const [server, ...others] = this.#servers;
    if (server !== undefined && others.length === 0) this.#watcher = new ApprovalWatcher(server, settings.approvals);
    this.#named = namedEndpoint(options);
    this.pins = new Pins(settings.affinity ? pinned : [], this.#named, settings.memory);
  }

  /** Whether the call is best sent to an endpoint, which the caller may have named, or which has stored parts of it. */
  isOwnedBy(place: Place): boolean {
    if (this.#named !== undefined) return isCalled(place, this.#named);
    if (!this.#settings.affinity || this.pins.isElsewhere(place)) return false;
    return this.pins.isAt(place) || this.#scan.latestOwner === place.mark.endpoint;
  }

  /** What of the call an endpoint cannot even be asked for: a tool that it does not have, a file of another kind. */
  lackedAt(place: Place): string | undefined {
    return (
      (this.#tools.length === 0 ? undefined : lackedTool(place, this.#tools)) ??
      misreadFile(place, this.pins.references)
    );
  }

  /** The options that mean the same there, and what had to be left out. */
  optionsAt(place: Place): { readonly options: CallOptions; readonly warnings: readonly Warning[] } {
    const { keys, endpoint } = place;
    const mapped = mapCallOptions(this.#options, place);
    if (keys === undefined || (this.#scan.steps.length === 0 && this.#scan.uneven.length === 0)) {
      this.#forms.send(place, { holdsRequests: false, approvals: this.#pending?.ids ?? [] });
      return { options: mapped, warnings: [] };
    }
    const leftOut = new Set<LeftOut>();
    const requests = new Map<string, object>();
    const prompt = adaptPrompt(mapped['prompt'] as readonly PromptMessage[], this.#scan, {
      keys,
      isForeign: (step) => this.#isForeign(step, place),
      inline: {
        tools: this.#tools,
        specificationVersion: place.model.specificationVersion,
        leftOut,
        requests,
        // Only our own endpoints can be made to send them in full.
        dropsApprovals: this.#forms.dropsApprovals || endpoint.type.isThirdParty,
        recall: (approvalId) => this.#recall(approvalId),
        waiting: new Map(),
        unanswered: new Map(),
      },
    });
    const isApproving = this.#pending !== undefined && !this.#forms.dropsApprovals;
    this.#forms.send(place, {
      holdsRequests: requests.size > 0,
      approvals: isApproving && !leftOut.has('approval') ? this.#pending.ids : [...requests.keys()],
    });
    if (prompt === mapped['prompt']) return { options: mapped, warnings: [] };
    const headers =
      requests.size > 0
        ? { headers: { ...(mapped['headers'] as Readonly<Record<string, string>>), ...inlineItemsHeader(requests) } }
        : undefined;
    return { options: { ...mapped, ...headers, prompt }, warnings: leftOutWarnings(leftOut, endpoint.name) };
  }

  /**
   * Looks whether a failure says that the endpoint does not know what the call refers to. That is nobody's failure: what
   * can be sent in full is, and what cannot is asked of the next endpoint, unless it is known to be this one's.
   */
  judge(error: unknown, failure: Failure, { place, madeNoRequest }: FailedRequest): Failure {
    if (this.#pending !== undefined && !madeNoRequest && mayHaveActed(error, failure)) {
      for (const id of this.#forms.doubt(place)) this.#settings.approvals.forget(id);
    }
    if (!isUnknownReference(error, failure, () => referenceIds(this.#options['prompt'], this.pins.ids))) return failure;
    const rejected: Failure = { class: 'rejected', statusCode: failure.statusCode, code: failure.code };
    if (this.#isAboutPins(error, failure)) {
      return this.pins.isAt(place) ? rejected : { ...rejected, reason: 'unknown-reference' };
    }
    // What goes on from a stored response has its items already: sent in full beside it, they would be there twice.
    if (this.#continues && !isPlainlyUnknown(error, failure)) return failure;
    return this.#forms.reduce(place) ? { ...rejected, reason: 'unknown-reference', mayAskAgain: true } : failure;
  }

  /** Looks at a call or a request for approval in the answer. */
  look(part: StreamPart): void {
    this.#watcher?.look(part);
  }

  /** A request that a service is known to have made, of a server that this call has too. */
  #recall(approvalId: unknown): ApprovalRequest | undefined {
    const request = this.#settings.approvals.recall(approvalId);
    return request !== undefined && isAmong(this.#servers, request.server) ? request : undefined;
  }

  #isForeign({ index, owner, writtenBy }: Step, { mark, keys }: Place): boolean {
    if (this.#forms.isInline || owner === MIXED) return true;
    // What asked for an approval goes with it: a denial beside it is then told as the result of its call.
    if (this.#forms.dropsApprovals && this.#pending !== undefined && index >= this.#pending.since) return true;
    if (owner !== undefined && this.#settings.affinity) return owner !== mark.endpoint;
    return writtenBy !== undefined && writtenBy !== keys?.own;
  }

  #isAboutPins(error: unknown, failure: Failure): boolean {
    if (this.pins.references.length === 0) return false;
    return (
      this.#scan.steps.length === 0 || isUnknownReference(error, { ...failure, code: undefined }, () => this.pins.ids)
    );
  }
}

/** What is in a call that portability has to do with. */
export interface CallContents {
  readonly scan: PromptScan;
  readonly pinned: readonly PinnedReference[];
  readonly tools: readonly HostedTool[];
}

/** What prompts of a model can refer to: by the Responses API all that an endpoint stores, by the Chat API files. */
export type Referring = 'everything' | 'files' | 'nothing';

/** A call that refers to something, or wants something; `undefined` for one that can go anywhere as it is. */
export function portableCall(
  options: CallOptions,
  referring: Referring,
  settings: PortabilitySettings,
): PortableCall | undefined {
  const tools = hostedTools(options['tools']);
  if (referring === 'nothing' && tools.length === 0) return undefined;
  const prompt = options['prompt'] as readonly PromptMessage[];
  const pinned = new PinnedReferences();
  const isPlain = referring === 'nothing' || !Array.isArray(prompt) || isPlainPrompt(prompt);
  if (!isPlain) pinned.lookAtPrompt(prompt);
  if (referring === 'everything') {
    pinned.lookAtOptions(options.providerOptions);
    pinned.lookAtTools(tools);
  }
  const scan = isPlain || referring !== 'everything' ? NOTHING_FOUND : scanPrompt(prompt);
  const isPortable = scan === NOTHING_FOUND && pinned.found.length === 0 && tools.length === 0;
  if (isPortable && (referring !== 'everything' || namedEndpoint(options) === undefined)) return undefined;
  return new PortableCall(options, { scan, pinned: pinned.found, tools }, settings);
}

/** Options written under `openai` or `azure`, put where the model of a place reads them. The same object when they are. */
export function mapCallOptions(options: CallOptions, { keys, model }: Pick<Place, 'keys' | 'model'>): CallOptions {
  // AI SDK 4 calls them by the name that results have.
  const field =
    model.specificationVersion === 'v1' && 'providerMetadata' in options ? 'providerMetadata' : 'providerOptions';
  const given = options[field] as ProviderOptions | undefined;
  if (given === undefined || keys === undefined) return options;
  const mapped = mapOptions(given, keys);
  return mapped === given ? options : { ...options, [field]: mapped };
}

/** The endpoint that the caller names: by its name, or by the mark that parts carry. */
const namedEndpoint = ({ providerOptions }: CallOptions): string | undefined => {
  const endpoint = providerOptions?.['balanced']?.['endpoint'];
  return typeof endpoint === 'string' ? endpoint : undefined;
};
