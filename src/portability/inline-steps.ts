import { withoutBound } from './bound-options.ts';
import { denial, hostedOutput } from './hosted-result.ts';
import { asFunctionName, hostedToolKind } from './hosted-tool-name.ts';
import type { LeftOut } from './left-out-warning.ts';
import type { HostedTool, PromptMessage, PromptPart } from './prompt.ts';
import { type ApprovalContext, type Denial, isApproval, settleApprovals } from './settle-approvals.ts';

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
export function inlineStep(
  message: PromptMessage,
  context: InlineContext,
  isPending: boolean,
): readonly PromptMessage[] {
  const content = message.content as readonly PromptPart[];
  return message.role === 'tool'
    ? inlineResults(message, content, context, isPending)
    : inlineAnswer(message, content, context);
}

function inlineAnswer(
  message: PromptMessage,
  content: readonly PromptPart[],
  context: InlineContext,
): readonly PromptMessage[] {
  const messages: PromptMessage[] = [];
  let parts: PromptPart[] = [];
  const { waiting, unanswered } = context;
  waiting.clear();
  for (const part of content) {
    if (isLeftOut(part, context)) continue;
    const id = part['toolCallId'];
    if (part.type === 'tool-result') {
      const pair = inlineHosted(unanswered.get(id) ?? callOf(part), part, context);
      waiting.delete(id);
      unanswered.delete(id);
      messages.push({ ...message, content: [...parts, pair.call] }, { role: 'tool', content: [pair.result] });
      parts = [];
    } else if (part.type === 'tool-call' && part['providerExecuted'] === true) {
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
function isLeftOut(part: PromptPart, context: InlineContext): boolean {
  const what = whatIsLeftOut(part, context);
  if (what !== undefined) context.leftOut.add(what);
  return what !== undefined;
}

function whatIsLeftOut(part: PromptPart, { tools }: InlineContext): LeftOut | undefined {
  if (part.type === 'reasoning') return 'reasoning';
  if (part.type === 'custom') return 'compaction';
  const isHosted = part.type === 'tool-result' || part['providerExecuted'] === true;
  return isHosted ? LEFT_OUT.get(hostedToolKind(part['toolName'] as string, tools)) : undefined;
}

/** A call for a result whose own call is not in the prompt any more: the result is worth keeping. */
const callOf = ({ toolCallId, toolName }: PromptPart): PromptPart => ({
  type: 'tool-call',
  toolCallId,
  toolName,
  input: {},
});

function inlinePart(part: PromptPart): PromptPart {
  const { providerOptions } = part;
  if (providerOptions === undefined || providerOptions === null) return part;
  return { ...part, providerOptions: withoutBound(providerOptions) };
}

function inlineHosted(
  call: PromptPart,
  result: PromptPart,
  { tools, specificationVersion }: InlineContext,
): { readonly call: PromptPart; readonly result: PromptPart } {
  const kind = hostedToolKind(result['toolName'] as string, tools);
  const output = hostedOutput(result, kind, specificationVersion);
  const { type, toolCallId } = result;
  const toolName = asFunctionName(result['toolName'] as string);
  return { call: asFunctionCall(call), result: { type, toolCallId, toolName, output } };
}

const asFunctionCall = ({ type, toolCallId, toolName, input }: PromptPart): PromptPart => ({
  type,
  toolCallId,
  toolName: asFunctionName(toolName as string),
  input,
});

/** Results of functions, and answers to requests for approval. */
function inlineResults(
  message: PromptMessage,
  content: readonly PromptPart[],
  context: InlineContext,
  isPending: boolean,
): readonly PromptMessage[] {
  const { denied, passedOn } = settleApprovals(content, context, isPending);
  const deniedIds = new Set(denied.map(({ call }) => call['toolCallId']));
  const results = content.filter((part) => !isApproval(part) && !deniedIds.has(part['toolCallId']));
  const parts = [...denied.map(denialOf), ...passedOn, ...results.map(inlinePart)];
  return [
    ...(denied.length === 0 ? [] : [{ role: 'assistant', content: denied.map(({ call }) => asFunctionCall(call)) }]),
    ...(parts.length === 0 ? [] : [{ ...message, content: parts }]),
  ];
}

function denialOf({ call: { toolCallId, toolName }, reason }: Denial): PromptPart {
  const output = { type: 'text', value: denial(reason) };
  return { type: 'tool-result', toolCallId, toolName: asFunctionName(toolName as string), output };
}
