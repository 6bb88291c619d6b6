import type { HostedTool } from './prompt.ts';

/** Which of OpenAI's tools a name in a prompt stands for: users may call them what they like. */
export function hostedToolKind(toolName: string, tools: readonly HostedTool[]): string {
  const named = tools.find(({ name }) => name === toolName);
  return named === undefined ? toolName : named.id.slice(named.id.indexOf('.') + 1);
}

/** A name that functions may have: letters, digits, `_` and `-`, 64 at the most (OpenAI's function calling guide). */
export const asFunctionName = (toolName: string): string => toolName.replaceAll(/[^\w-]/g, '_').slice(0, 64);
