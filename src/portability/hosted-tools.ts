import type { Options, PromptPart } from './prompt.ts';

/** A tool that the provider executes. `provider-defined` is specification v2's word for `provider`. */
export interface HostedTool {
  readonly type: 'provider' | 'provider-defined';
  /** Whose tool it is, and which: `openai.web_search`. */
  readonly id: string;
  /** What the user calls it. */
  readonly name: string;
  readonly args: Options;
}

/** The tools of a call that the provider executes. */
export const hostedTools = (tools: unknown): readonly HostedTool[] =>
  Array.isArray(tools) ? tools.filter(({ type }) => type === 'provider' || type === 'provider-defined') : [];

/** Which of OpenAI's tools a name in a prompt stands for: users may call them what they like. */
export function hostedToolKind(toolName: string, tools: readonly HostedTool[]): string {
  const named = tools.find(({ name }) => name === toolName);
  return named === undefined ? toolName : named.id.slice(named.id.indexOf('.') + 1);
}

/** A call of a tool that the provider executed, as a call of a function. */
export const asFunctionCall = ({ type, toolCallId, toolName, input }: PromptPart): PromptPart => ({
  type,
  toolCallId,
  toolName: asFunctionName(toolName),
  input,
});

/** Its result, or a denial, as the result of a function. */
export const asFunctionResult = ({ toolCallId, toolName }: PromptPart, output: PromptPart): PromptPart => ({
  type: 'tool-result',
  toolCallId,
  toolName: asFunctionName(toolName),
  output,
});

/** A name that functions may have: letters, digits, `_` and `-`, 64 at the most (OpenAI's function calling guide). */
const asFunctionName = (toolName = ''): string => toolName.replaceAll(/[^\w-]/g, '_').slice(0, 64);

/** How a picture is written in a tool's result, which each specification does in its own way. */
const PICTURES: Readonly<Record<string, (data: string) => object>> = {
  v2: (data) => ({ type: 'media', data, mediaType: 'image/png' }),
  v3: (data) => ({ type: 'image-data', data, mediaType: 'image/png' }),
  v4: (data) => ({ type: 'file', data: { type: 'data', data }, mediaType: 'image/png' }),
};

/** The output of a tool that the provider executed, as the output of a function. */
export function hostedOutput(output: PromptPart, kind: string, specificationVersion: string): PromptPart {
  if (output.type === 'execution-denied') return denialOutput(output['reason']);
  const { result } = (output['value'] ?? {}) as { readonly result?: unknown };
  if (kind !== 'image_generation' || typeof result !== 'string') return output;
  // As JSON a picture would be a hundred thousand tokens of text.
  const picture = PICTURES[specificationVersion]?.(result);
  return picture === undefined ? output : { type: 'content', value: [picture] };
}

/** The output of a call that the user did not allow, in the AI SDK's words. */
export const denialOutput = (reason: unknown): PromptPart => ({
  type: 'text',
  value: typeof reason === 'string' ? reason : 'Tool call execution denied.',
});
