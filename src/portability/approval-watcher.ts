import type { StreamPart } from '../sdk.ts';
import { type ApprovalMemory, type McpServer, mcpServers } from './approval-memory.ts';
import type { HostedTool } from './prompt.ts';

/** How the SDK names the calls of tools of an MCP server. */
const PREFIX = 'mcp.';

/**
 * Looks for requests for approval in an answer. The SDK makes two parts of one: a call with the tool's name and arguments, and
 * the request with the call's id. Neither names the server, so it is known only when the call has no other.
 */
export class ApprovalWatcher {
  readonly #server: McpServer;
  readonly #memory: ApprovalMemory;
  readonly #calls = new Map<unknown, StreamPart>();

  constructor(server: McpServer, memory: ApprovalMemory) {
    this.#server = server;
    this.#memory = memory;
  }

  /** `undefined` for a call whose requests could be of several servers, or of none. */
  static of(tools: readonly HostedTool[], memory: ApprovalMemory): ApprovalWatcher | undefined {
    const [server, ...others] = mcpServers(tools);
    return server === undefined || others.length > 0 ? undefined : new ApprovalWatcher(server, memory);
  }

  /** Takes every tool call and every request of an answer, in their order. */
  look(part: StreamPart): void {
    if (part.type === 'tool-call' && part['providerExecuted'] === true) this.#calls.set(part['toolCallId'], part);
    if (part.type === 'tool-approval-request') this.#remember(part);
  }

  #remember({ approvalId, toolCallId }: StreamPart): void {
    const call = this.#calls.get(toolCallId);
    const toolName = call?.['toolName'];
    const input = call?.['input'];
    if (typeof approvalId !== 'string' || typeof toolCallId !== 'string') return;
    if (typeof toolName !== 'string' || typeof input !== 'string' || !toolName.startsWith(PREFIX)) return;
    const name = toolName.slice(PREFIX.length);
    const { label } = this.#server;
    this.#memory.remember({
      toolCallId,
      server: this.#server,
      item: { type: 'mcp_approval_request', id: approvalId, server_label: label, name, arguments: input },
    });
  }
}
