import { withoutBound } from './bound-options.ts';
import {
  asFunctionCall,
  asFunctionResult,
  denialOutput,
  hostedOutput,
  type HostedTool,
  hostedToolKind,
} from './hosted-tools.ts';
import type { LeftOut } from './left-out-warning.ts';
import type { PromptMessage, PromptPart } from './prompt.ts';
import { type ApprovalContext, isApproval, settleApprovals } from './settle-approvals.ts';

/** What is known of the call whose prompt is made portable. */
export interface InlineContext extends ApprovalContext {
  readonly tools: readonly HostedTool[];
  readonly specificationVersion: string;
  /** Calls without a result so far, which may come with a later answer. */
  readonly unanswered: Map<unknown, PromptPart>;
}

/** Tools whose items mean something only where they were made, and that the model can use again. */
const LEFT_OUT: ReadonlyMap<string, LeftOut> = new Map([
  ['tool_search', 'tool search'],
  ['programmatic_tool_calling', 'program'],
]);

/**
 * One message with its references replaced by their content.
 *
 * A call that the provider executed becomes a function call and its output, which every endpoint takes, so that the result
 * stays known. The output goes into a message of its own, since its role is `tool`.
 *
 * @param isPending whether no answer follows the message.
 */
export const inlineStep = (
  message: PromptMessage,
  context: InlineContext,
  isPending: boolean,
): readonly PromptMessage[] =>
  message.role === 'tool' ? inlineResults(message, context, isPending) : inlineAnswer(message, context);

function inlineAnswer(message: PromptMessage, context: InlineContext): readonly PromptMessage[] {
  const messages: PromptMessage[] = [];
  let parts: PromptPart[] = [];
  const { tools, specificationVersion, waiting, unanswered, leftOut } = context;
  waiting.clear();
  for (const part of message.content as readonly PromptPart[]) {
    const { type, toolCallId: id, toolName = '', output } = part;
    const isResult = type === 'tool-result';
    const isHosted = isResult || part['providerExecuted'] === true;
    const kind = isHosted ? hostedToolKind(toolName, tools) : '';
    const lost = whatIsLost(type, kind);
    if (lost !== undefined) leftOut.add(lost);
    else if (isResult) {
      // A result whose own call is not in the prompt any more is worth keeping.
      const call = unanswered.get(id) ?? { type: 'tool-call', toolCallId: id, toolName, input: {} };
      const inlined = hostedOutput(output as PromptPart, kind, specificationVersion);
      messages.push(
        { ...message, content: [...parts, asFunctionCall(call)] },
        { role: 'tool', content: [asFunctionResult(part, inlined)] },
      );
      parts = [];
      waiting.delete(id);
      unanswered.delete(id);
    } else if (type === 'tool-call' && isHosted) {
      waiting.set(id, part);
      unanswered.set(id, part);
    } else {
      parts.push(inlinePart(part));
    }
  }
  if (parts.length > 0) messages.push({ ...message, content: parts });
  return messages;
}

/** Reasoning and compactions are encrypted for the account that made them, or stored there; some tools' items are as well. */
function whatIsLost(type: string, hostedKind: string): LeftOut | undefined {
  if (type === 'reasoning') return 'reasoning';
  return type === 'custom' ? 'compaction' : LEFT_OUT.get(hostedKind);
}

function inlinePart(part: PromptPart): PromptPart {
  const { providerOptions } = part;
  return providerOptions ? { ...part, providerOptions: withoutBound(providerOptions) } : part;
}

/** Results of functions, and answers to requests for approval. */
function inlineResults(message: PromptMessage, context: InlineContext, isPending: boolean): readonly PromptMessage[] {
  const content = message.content as readonly PromptPart[];
  const { denied, passedOn } = settleApprovals(content, context, isPending);
  const deniedIds = new Set(denied.map(({ call }) => call['toolCallId']));
  const results = content.filter((part) => !isApproval(part) && !deniedIds.has(part['toolCallId']));
  const denials = denied.map(({ call, reason }) => asFunctionResult(call, denialOutput(reason)));
  const parts = [...denials, ...passedOn, ...results.map(inlinePart)];
  return [
    ...(denied.length === 0 ? [] : [{ role: 'assistant', content: denied.map(({ call }) => asFunctionCall(call)) }]),
    ...(parts.length === 0 ? [] : [{ ...message, content: parts }]),
  ];
}
