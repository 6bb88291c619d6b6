import { LruMap } from '../lru-map.ts';
import type { StreamPart } from '../sdk.ts';
import type { HostedTool } from './hosted-tools.ts';

/** A request for approval as the service made it. */
export interface ApprovalRequest {
  /** The call that prompts have in the place of the request. */
  readonly toolCallId: unknown;
  /** The server that the call would go to, as the app configured it. */
  readonly server: string;
  /** The item of the Responses API. */
  readonly item: {
    readonly type: 'mcp_approval_request';
    readonly id: string;
    readonly server_label: string;
    readonly name: string;
    readonly arguments: string;
  };
}

/** Requests that are remembered: most are answered within minutes, or never. */
const REMEMBERED = 1_000;
/** Characters above which a request is not remembered: a thousand of them must fit into memory. */
const LONGEST_REQUEST = 50_000;

/**
 * Requests for approval as the services made them. Prompts come through browsers: what a prompt says of a request, down to
 * its id, may be forged, and an approval that goes out with a forged request would run the forged call. So only requests
 * that stand here are sent in full.
 */
export class ApprovalMemory {
  readonly #requests = new LruMap<string, ApprovalRequest>(REMEMBERED);

  remember(request: ApprovalRequest): void {
    if (JSON.stringify(request).length <= LONGEST_REQUEST) this.#requests.set(request.item.id, request);
  }

  /** The request that an approval answers, when a service is known to have made it for one of these servers. */
  recall(approvalId: unknown, servers: readonly string[]): ApprovalRequest | undefined {
    const request = typeof approvalId === 'string' ? this.#requests.get(approvalId) : undefined;
    return request !== undefined && servers.includes(request.server) ? request : undefined;
  }

  /** The call that was asked for may have been made, and must not be made again. */
  forget(approvalId: string): void {
    this.#requests.delete(approvalId);
  }
}

/** How the SDK names the calls of tools of an MCP server. */
const PREFIX = 'mcp.';

/**
 * Looks for requests for approval in an answer: takes its parts in their order. `undefined` for a call whose requests could be of
 * several servers, or of none.
 *
 * The SDK makes two parts of a request: a call with the tool's name and arguments, and the request with the call's id. Neither
 * names the server, so it is known only when the call has no other.
 */
export function approvalWatcher(
  tools: readonly HostedTool[],
  memory: ApprovalMemory,
): ((part: StreamPart) => void) | undefined {
  const [tool, ...others] = tools.filter(isMcp);
  if (tool === undefined || others.length > 0) return undefined;
  const calls = new Map<unknown, StreamPart>();
  return (part) => {
    const { type, toolCallId, approvalId: id } = part;
    if (type === 'tool-call' && part['providerExecuted'] === true) calls.set(toolCallId, part);
    const call = type === 'tool-approval-request' ? calls.get(toolCallId) : undefined;
    if (call === undefined) return;
    const { toolName, input } = call;
    if (typeof id !== 'string' || typeof input !== 'string') return;
    if (typeof toolName !== 'string' || !toolName.startsWith(PREFIX)) return;
    const name = toolName.slice(PREFIX.length);
    const label = tool.args['serverLabel'] as string;
    const item = { type: 'mcp_approval_request', id, server_label: label, name, arguments: input } as const;
    memory.remember({ toolCallId, server: serverOf(tool), item });
  };
}

/** The MCP servers among a call's tools. */
export const mcpServers = (tools: readonly HostedTool[]): readonly string[] => tools.filter(isMcp).map(serverOf);

const isMcp = ({ id, args }: HostedTool): boolean => id === 'openai.mcp' && typeof args['serverLabel'] === 'string';

/** A label is only a name: the same server has the same address, too. */
const serverOf = ({ args: { serverLabel, serverUrl, connectorId } }: HostedTool): string =>
  JSON.stringify([serverLabel, serverUrl, connectorId]);
