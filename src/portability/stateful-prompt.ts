import type { Deployment } from '../deployment/deployment.ts';
import type { Target } from '../deployment/target.ts';
import { inlineItemsHeader } from '../endpoint/inline-items.ts';
import type { CallOptions } from '../sdk.ts';
import { type ApprovalMemory, mcpServers } from './approval-memory.ts';
import type { Step } from './find-steps.ts';
import { Inlining } from './inlining.ts';
import { leftOutWarnings, type Warning } from './left-out-warning.ts';
import type { PromptMessage } from './prompt.ts';
import type { CallContents } from './read-contents.ts';

/** How a prompt was last sent to one deployment. */
interface SentForm {
  /** Without any reference. */
  readonly isInline: boolean;
  /** With requests for approval in full. */
  readonly holdsRequests: boolean;
  /** With these approvals, which would make a tool act. */
  readonly approvals: readonly string[];
  readonly warnings: readonly Warning[];
}

const NONE: readonly never[] = [];

/** A prompt that refers to what endpoints have stored: how each deployment gets it. After a failure it refers to less. */
export class StatefulPrompt {
  readonly #contents: CallContents;
  readonly #affinity: boolean;
  readonly #memory: ApprovalMemory;
  /** Index of the last answer. */
  readonly #lastAnswer: number;
  /** Approvals that no answer follows. */
  readonly #pending: readonly string[];
  /** Whether nothing is referred to any more, since an endpoint did not know what it should have known. */
  #isInline = false;
  /** Whether approvals are left out, since what they allow is not known for certain, or may have been done already. */
  #dropsApprovals = false;
  /** By deployment, since several attempts may be under way: the prompt may have changed since one of them was sent. */
  readonly #sent = new Map<Deployment, SentForm>();

  constructor(prompt: readonly PromptMessage[], contents: CallContents, affinity: boolean, memory: ApprovalMemory) {
    this.#contents = contents;
    this.#affinity = affinity;
    this.#memory = memory;
    this.#lastAnswer = prompt.findLastIndex(({ role }) => role === 'assistant');
    this.#pending = prompt.slice(this.#lastAnswer + 1).flatMap(approvalsIn);
  }

  /** The options that mean the same at a deployment. */
  optionsFor(deployment: Deployment, target: Target, options: CallOptions): CallOptions {
    const { endpoint, specificationVersion } = target;
    const { steps, tools } = this.#contents;
    const servers = mcpServers(tools);
    // Only our own endpoints can be made to send requests for approval in full.
    const dropsApprovals = this.#dropsApprovals || endpoint.isThirdParty;
    const recall = (approvalId: unknown) => this.#memory.recall(approvalId, servers);
    const inlining = new Inlining({ tools, specificationVersion, dropsApprovals, recall });
    const foreign = new Set(steps.filter((step) => this.#isForeign(step, target)).map(({ index }) => index));
    const prompt = (options['prompt'] as readonly PromptMessage[]).flatMap((message, index) =>
      foreign.has(index) ? inlining.inline(message, index >= this.#lastAnswer) : [message],
    );
    const { requests, leftOut } = inlining;
    const sendsPending = !this.#dropsApprovals && !leftOut.has('approval');
    this.#sent.set(deployment, {
      isInline: this.#isInline,
      holdsRequests: requests.size > 0,
      approvals: sendsPending ? this.#pending : [...requests.keys()],
      warnings: leftOutWarnings(leftOut, endpoint.name),
    });
    if (foreign.size === 0) return options;
    if (requests.size === 0) return { ...options, prompt };
    const headers = { ...(options['headers'] as Readonly<Record<string, string>>), ...inlineItemsHeader(requests) };
    return { ...options, headers, prompt };
  }

  /** What had to be left out for a deployment. */
  warningsOf(deployment: Deployment): readonly Warning[] {
    return this.#sent.get(deployment)?.warnings ?? NONE;
  }

  /** A deployment may have done what the approvals that it was sent allow: no other one is to do it again. */
  revokeApprovals(deployment: Deployment): void {
    const approvals = this.#sent.get(deployment)?.approvals ?? NONE;
    if (approvals.length > 0) this.#dropsApprovals = true;
    for (const id of approvals) this.#memory.forget(id);
  }

  /** A deployment did not know what it was referred to. Returns whether the next prompt refers to less. */
  inlineAll(deployment: Deployment): boolean {
    const sent = this.#sent.get(deployment);
    if (sent?.isInline !== true) {
      this.#isInline = true;
      return true;
    }
    if (sent.holdsRequests) this.#dropsApprovals = true;
    return sent.holdsRequests;
  }

  #isForeign({ index, owner, writtenBy }: Step, { mark, keys, isStandIn }: Target): boolean {
    if (this.#isInline) return true;
    // The answer that asked for approvals goes with them: a denial among them then becomes the result of its call.
    if (this.#dropsApprovals && this.#pending.length > 0 && index >= this.#lastAnswer) return true;
    if (isStandIn === true) return owner !== mark.endpoint;
    if (owner !== undefined && this.#affinity) return owner !== mark.endpoint;
    return writtenBy !== undefined && writtenBy !== keys?.own;
  }
}

const approvalsIn = ({ content }: PromptMessage): readonly string[] =>
  (typeof content === 'string' ? NONE : content)
    // Not only `true`: the SDK may take other values for an approval.
    .filter(({ type, approved }) => type === 'tool-approval-response' && approved !== false)
    .map(({ approvalId }) => approvalId as string);
