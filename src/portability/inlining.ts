import type { ApprovalRequest } from './approval-memory.ts';
import { withoutBound } from './bound-options.ts';
import {
  asFunctionCall,
  asFunctionResult,
  denialOutput,
  hostedOutput,
  type HostedTool,
  hostedToolKind,
} from './hosted-tools.ts';
import { isLeftOut, type LeftOut } from './left-out-warning.ts';
import type { PromptMessage, PromptPart } from './prompt.ts';

/** What is known of the call whose prompt is sent in full. */
export interface InlineContext {
  readonly tools: readonly HostedTool[];
  readonly specificationVersion: string;
  /** The request that the service made under an id, when it is known to have made it. */
  readonly recall: (approvalId: unknown) => ApprovalRequest | undefined;
  /** Whether approvals are left out. */
  readonly dropsApprovals: boolean;
}

/** Replaces the references of a prompt by their content: takes its messages in their order. */
export class Inlining {
  /** Requests for approval that are to be sent in full instead of by id: approval id → the item. */
  readonly requests = new Map<string, object>();
  /** What had to be left out. */
  readonly leftOut = new Set<LeftOut>();
  readonly #context: InlineContext;
  /** Calls without a result so far: it may come with a later answer, or they wait for an approval. */
  readonly #unanswered = new Map<unknown, PromptPart>();
  #lastAnswer: readonly PromptPart[] = [];

  constructor(context: InlineContext) {
    this.#context = context;
  }

  /**
   * A message in full.
   *
   * @param isPending whether no answer follows the message. An approval that an answer follows has done its work: sent again, it
   * would make its call again.
   */
  inline(message: PromptMessage, isPending: boolean): readonly PromptMessage[] {
    const content = message.content as readonly PromptPart[];
    return message.role === 'tool' ? this.#results(message, content, isPending) : this.#answer(message, content);
  }

  /**
   * A call that the provider executed becomes a function call and its output, which every endpoint takes, so that the result stays
   * known. The output goes into a message of its own, since its role is `tool`.
   */
  #answer(message: PromptMessage, content: readonly PromptPart[]): readonly PromptMessage[] {
    const { tools, specificationVersion } = this.#context;
    const messages: PromptMessage[] = [];
    let parts: PromptPart[] = [];
    this.#lastAnswer = content;
    for (const part of content) {
      const { type, toolCallId: id, toolName = '', output } = part;
      const isResult = type === 'tool-result';
      const isHosted = isResult || part['providerExecuted'] === true;
      const kind = isHosted ? hostedToolKind(toolName, tools) : '';
      if (isLeftOut(type)) this.leftOut.add(type);
      else if (isLeftOut(kind)) this.leftOut.add(kind);
      else if (isResult) {
        // A result whose own call is not in the prompt any more is worth keeping.
        const call = this.#unanswered.get(id) ?? { type: 'tool-call', toolCallId: id, toolName, input: {} };
        const inlined = hostedOutput(output as PromptPart, kind, specificationVersion);
        messages.push(
          { ...message, content: [...parts, asFunctionCall(call)] },
          { role: 'tool', content: [asFunctionResult(part, inlined)] },
        );
        parts = [];
        this.#unanswered.delete(id);
      } else if (type === 'tool-call' && isHosted) this.#unanswered.set(id, part);
      else parts.push(inlinePart(part));
    }
    if (parts.length > 0) messages.push({ ...message, content: parts });
    return messages;
  }

  /** Results of functions, and answers to requests for approval. */
  #results(message: PromptMessage, content: readonly PromptPart[], isPending: boolean): readonly PromptMessage[] {
    const denied: PromptPart[] = [];
    const denials: PromptPart[] = [];
    const approvals: PromptPart[] = [];
    const waiting = this.#lastAnswer.filter((part) => part === this.#unanswered.get(part['toolCallId']));
    /** Ids of calls that were denied, and of the requests that the AI SDK has made results of. */
    const settled = new Set<unknown>();
    const deny = (call: PromptPart | undefined, reason: unknown): boolean => {
      if (call === undefined) return false;
      if (this.#unanswered.delete(call['toolCallId'])) {
        settled.add(call['toolCallId']);
        denied.push(asFunctionCall(call));
        denials.push(asFunctionResult(call, denialOutput(reason)));
      }
      return true;
    };
    // The AI SDK makes a result of a denial, with or without the answer to the request.
    for (const { type, toolCallId, output } of content) {
      if (type !== 'tool-result' || output?.type !== 'execution-denied') continue;
      const id = output.providerOptions?.['openai']?.['approvalId'];
      if (deny(this.#unanswered.get(toolCallId), output['reason']) && id !== undefined) settled.add(id);
    }
    const { dropsApprovals, recall } = this.#context;
    const answers = distinctAnswers(content);
    // A denial allows nothing, so the only call that waits may be taken for its call.
    const only = answers.size === 1 && waiting.length === 1 ? waiting[0] : undefined;
    for (const [id, answer] of answers) {
      const request = recall(id);
      if (settled.has(id) || settled.has(request?.toolCallId)) continue;
      if (answer['approved'] !== true) {
        const isDenied = deny(this.#unanswered.get(request?.toolCallId) ?? only, answer['reason']);
        if (!isDenied && isPending) this.leftOut.add('approval');
      } else if (isPending && !this.requests.has(id as string)) {
        if (request === undefined || dropsApprovals) this.leftOut.add('approval');
        else {
          // The request is sent as the service made it, whatever the prompt says of it.
          this.requests.set(request.item.id, request.item);
          approvals.push(answer);
        }
      }
    }
    const results = content.filter((part) => !isApproval(part) && !settled.has(part['toolCallId']));
    const parts = [...denials, ...approvals, ...results.map(inlinePart)];
    return [
      ...(denied.length === 0 ? [] : [{ role: 'assistant', content: denied }]),
      ...(parts.length === 0 ? [] : [{ ...message, content: parts }]),
    ];
  }
}

function inlinePart(part: PromptPart): PromptPart {
  const { providerOptions } = part;
  return providerOptions ? { ...part, providerOptions: withoutBound(providerOptions) } : part;
}

const isApproval = ({ type }: PromptPart): boolean => type === 'tool-approval-response';

/** One answer to each request, by its id. When there are several, a denial wins. */
function distinctAnswers(content: readonly PromptPart[]): ReadonlyMap<unknown, PromptPart> {
  const answers = new Map<unknown, PromptPart>();
  for (const part of content.filter(isApproval)) {
    const { approvalId: id, approved } = part;
    if (!answers.has(id) || approved !== true) answers.set(id, part);
  }
  return answers;
}
