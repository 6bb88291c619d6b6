import type { ApprovalRequest } from './approval-memory.ts';
import type { LeftOut } from './left-out-warning.ts';
import type { PromptPart } from './prompt.ts';

/** What is known of requests for approval while a prompt is inlined. */
export interface ApprovalContext {
  /** The request that the service made under an id, when it is known to have made it. */
  readonly recall: (approvalId: unknown) => ApprovalRequest | undefined;
  /** Requests that the endpoint gets in full instead of by id: approval id → the item. */
  readonly requests: Map<string, object>;
  /** Whether approvals are left out. */
  readonly dropsApprovals: boolean;
  /** Calls of the last step that have no result: they may wait for an approval. */
  readonly waiting: Map<unknown, PromptPart>;
  /** Gets what had to be left out. */
  readonly leftOut: Set<LeftOut>;
}

/** A call that the user did not allow. */
export interface Denial {
  readonly call: PromptPart;
  readonly reason: unknown;
}

/** What becomes of the answers to requests for approval in one message. */
export interface SettledApprovals {
  /** Become results of their calls. */
  readonly denied: readonly Denial[];
  /** Are sent as they are, after the requests that they answer. */
  readonly passedOn: readonly PromptPart[];
}

export const isApproval = ({ type }: PromptPart): boolean => type === 'tool-approval-response';

/**
 * @param isPending whether no answer follows the message. An approval that an answer follows has done its work: sent again, it
 * would make its call again.
 */
export function settleApprovals(
  content: readonly PromptPart[],
  context: ApprovalContext,
  isPending: boolean,
): SettledApprovals {
  const { waiting, requests, leftOut, recall, dropsApprovals } = context;
  const denied: Denial[] = [];
  const passedOn: PromptPart[] = [];
  const deny = (call: PromptPart, reason: unknown): void => {
    waiting.delete(call['toolCallId']);
    denied.push({ call, reason });
  };
  const answers = distinct(content);
  const denials = content.filter(isDenial);
  const deniedCalls = new Map(denials.toReversed().map((part) => [deniedIn(part), part['toolCallId']]));
  for (const [id, answer] of answers) {
    if (answer['approved'] !== true) {
      const call =
        waiting.get(recall(id)?.toolCallId ?? deniedCalls.get(id)) ??
        (answers.size === 1 ? onlyOneOf(waiting) : undefined);
      if (call !== undefined) deny(call, answer['reason']);
      else if (isPending) leftOut.add('approval');
    } else if (isPending && !requests.has(id as string)) {
      const request = dropsApprovals ? undefined : recall(id);
      if (request === undefined) leftOut.add('approval');
      else {
        // The request is sent as the service made it, whatever the prompt says of it.
        requests.set(request.item.id, request.item);
        passedOn.push(answer);
      }
    }
  }
  // Denials that came without an answer to the request.
  for (const { toolCallId, output } of denials) {
    const call = waiting.get(toolCallId);
    if (call !== undefined) deny(call, output?.['reason']);
  }
  return { denied, passedOn };
}

/** One answer to each request, by its id. When there are several, a denial wins. */
function distinct(content: readonly PromptPart[]): ReadonlyMap<unknown, PromptPart> {
  const answers = new Map<unknown, PromptPart>();
  for (const part of content.filter(isApproval)) {
    const id = part['approvalId'];
    if (!answers.has(id) || part['approved'] !== true) answers.set(id, part);
  }
  return answers;
}

/** The request that the AI SDK made a denial of. */
const deniedIn = ({ output }: PromptPart): unknown => output?.providerOptions?.['openai']?.['approvalId'];

const isDenial = ({ type, output }: PromptPart): boolean =>
  type === 'tool-result' && output?.type === 'execution-denied';

/** A denial allows nothing, so the only call that waits may be taken for its call. */
const onlyOneOf = (waiting: ReadonlyMap<unknown, PromptPart>): PromptPart | undefined =>
  waiting.size === 1 ? [...waiting.values()][0] : undefined;
