import { withoutBound } from './bound-options.ts';
import { denial, hostedOutput } from './hosted-result.ts';
import { asFunctionName, hostedToolKind } from './hosted-tool-name.ts';
import type { HostedTool, PromptMessage, PromptPart } from './prompt.ts';

/** What was left out of a prompt, as a warning of the result names it. */
export type LeftOut = 'reasoning' | 'compaction' | 'tool search' | 'program' | 'approval';

/** What is known of the call whose prompt is made portable. */
export interface InlineContext {
  readonly tools: readonly HostedTool[];
  readonly specificationVersion: string;
  /** Gets what had to be left out. */
  readonly leftOut: Set<LeftOut>;
  /** Approval requests that the endpoint gets in full instead of by id: approval id → the item. */
  readonly requests: Map<string, object>;
  /** Approvals that nothing can be done for any more. */
  readonly dropsApprovals: boolean;
  /** Calls of the last step that wait for an approval. */
  readonly waiting: PromptPart[];
}

/** Tools whose items mean something only where they were made, and that the model can use again. */
const LEFT_OUT: ReadonlyMap<string, LeftOut> = new Map([
  ['tool_search', 'tool search'],
  ['programmatic_tool_calling', 'program'],
]);

/**
 * One message with its references replaced by their content.
 *
 * A call that the provider executed becomes a function call and its output, since every endpoint takes those: what was
 * found stays known. That takes messages of its own, because outputs are a tool's words.
 *
 * @param isPending whether nothing has been answered to the message yet: an approval that has done its work is not given
 * again, or its call would be made again.
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
  let calls: Map<unknown, PromptPart> | undefined;
  let parts: PromptPart[] = [];
  context.waiting.length = 0;
  for (const part of content) {
    if (part.type === 'tool-result') {
      const known = calls?.get(part['toolCallId']);
      calls?.delete(part['toolCallId']);
      const pair = known && inlineHosted(known, part, context);
      if (pair !== undefined) {
        messages.push({ ...message, content: [...parts, pair.call] }, { role: 'tool', content: [pair.result] });
        parts = [];
      }
    } else if (part.type === 'tool-call' && part['providerExecuted'] === true) {
      (calls ??= new Map()).set(part['toolCallId'], part);
    } else if (!isLeftOut(part, context)) {
      parts.push(inlinePart(part));
    }
  }
  if (calls !== undefined) context.waiting.push(...calls.values());
  if (parts.length > 0) messages.push({ ...message, content: parts });
  return messages;
}

/** Reasoning and compactions are encrypted for the account that made them, or stored there. */
function isLeftOut(part: PromptPart, { leftOut }: InlineContext): boolean {
  if (part.type !== 'reasoning' && part.type !== 'custom') return false;
  leftOut.add(part.type === 'reasoning' ? 'reasoning' : 'compaction');
  return true;
}

function inlinePart(part: PromptPart): PromptPart {
  const { providerOptions } = part;
  if (providerOptions === undefined || providerOptions === null) return part;
  return { ...part, providerOptions: withoutBound(providerOptions) };
}

function inlineHosted(
  call: PromptPart,
  result: PromptPart,
  { tools, specificationVersion, leftOut }: InlineContext,
): { readonly call: PromptPart; readonly result: PromptPart } | undefined {
  const kind = hostedToolKind(result['toolName'] as string, tools);
  const why = LEFT_OUT.get(kind);
  if (why !== undefined) {
    leftOut.add(why);
    return undefined;
  }
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
  const calls: PromptPart[] = [];
  const parts: PromptPart[] = [];
  for (const answer of content.filter(isApproval)) {
    // Requests carry no id of their own in a prompt; answers come in the order of the calls.
    const call = context.waiting.shift();
    if (call === undefined) continue;
    if (answer['approved'] === false) {
      calls.push(asFunctionCall(call));
      parts.push(denialOf(call, answer));
    } else if (isPending) {
      if (requestInFull(answer, call, context)) parts.push(answer);
      else context.leftOut.add('approval');
    }
  }
  const denied = new Set(calls.map(({ toolCallId }) => toolCallId));
  parts.push(...content.filter((part) => !isApproval(part) && !denied.has(part['toolCallId'])).map(inlinePart));
  return [
    ...(calls.length === 0 ? [] : [{ role: 'assistant', content: calls }]),
    ...(parts.length === 0 ? [] : [{ ...message, content: parts }]),
  ];
}

const isApproval = ({ type }: PromptPart): boolean => type === 'tool-approval-response';

function denialOf({ toolCallId, toolName }: PromptPart, answer: PromptPart): PromptPart {
  const output = { type: 'text', value: denial(answer['reason']) };
  return { type: 'tool-result', toolCallId, toolName: asFunctionName(toolName as string), output };
}

/** An approval is worth something only with the request that it answers; which server is meant must be beyond doubt. */
function requestInFull({ approvalId }: PromptPart, call: PromptPart, context: InlineContext): boolean {
  const [server, ...others] = context.tools.filter(({ id }) => id === 'openai.mcp');
  if (context.dropsApprovals || server === undefined || others.length > 0) return false;
  const { toolName, input } = call as PromptPart & { readonly toolName: string };
  context.requests.set(approvalId as string, {
    type: 'mcp_approval_request',
    id: approvalId,
    server_label: server.args['serverLabel'],
    name: toolName.replace(/^mcp\./, ''),
    arguments: typeof input === 'string' ? input : JSON.stringify(input ?? {}),
  });
  return true;
}
