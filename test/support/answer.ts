import type { ReceivedRequest } from './received-request.ts';

export interface ToolCall {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter';

/** What a fake service says when nothing goes wrong. */
export interface Answer {
  /** @default a sentence that names the service */
  readonly text?: string;
  /** Sent as JSON text, or as the arguments of the tool that the request forces. */
  readonly object?: Readonly<Record<string, unknown>>;
  readonly toolCalls?: readonly ToolCall[];
  /** @default `tool_calls` when there are some, else `stop` */
  readonly finishReason?: FinishReason;
  /** The length of embedding vectors, where the request does not ask for one. @default 3 */
  readonly dimensions?: number;
}

/** An answer with every default filled in, for one request. */
export interface ResolvedAnswer {
  readonly id: string;
  readonly model: string;
  /** The text in the pieces in which a stream sends it; joined, it is the text. */
  readonly textParts: readonly string[];
  readonly toolCalls: readonly ToolCall[];
  readonly finishReason: FinishReason;
  readonly request: ReceivedRequest;
}

/** The sentence by which a test knows which service answered. */
export function greetingOf(serviceName: string): string {
  return `Hello, this is ${serviceName} speaking.`;
}

export function resolveAnswer(serviceName: string, answer: Answer, request: ReceivedRequest): ResolvedAnswer {
  const forcedTool = answer.object === undefined ? undefined : forcedToolName(request.json);
  const toolCalls =
    answer.object !== undefined && forcedTool !== undefined
      ? [{ name: forcedTool, arguments: answer.object }]
      : (answer.toolCalls ?? []);
  const text = textOf(serviceName, answer, toolCalls.length > 0);
  return {
    id: `${serviceName}-${request.index}`,
    model: request.model ?? 'unknown',
    textParts: text.match(/\s*\S+\s*$|\s*\S+/g) ?? [],
    toolCalls,
    finishReason: answer.finishReason ?? (toolCalls.length > 0 ? 'tool_calls' : 'stop'),
    request,
  };
}

function textOf(serviceName: string, answer: Answer, callsTools: boolean): string {
  if (callsTools) return answer.text ?? '';
  if (answer.object !== undefined) return JSON.stringify(answer.object);
  return answer.text ?? greetingOf(serviceName);
}

/** `tool_choice` names a function directly (Responses) or under `function` (Chat Completions). */
function forcedToolName(json: Readonly<Record<string, unknown>>): string | undefined {
  const choice = json['tool_choice'];
  if (typeof choice !== 'object' || choice === null) return undefined;
  const named = 'function' in choice ? choice.function : choice;
  if (typeof named !== 'object' || named === null || !('name' in named)) return undefined;
  return typeof named.name === 'string' ? named.name : undefined;
}
