import { LruMap } from '../lru-map.ts';
import type { HostedTool } from './prompt.ts';

/** Where an MCP tool runs, as the app configured it. */
export interface McpServer {
  readonly label: string;
  readonly url: unknown;
  readonly connectorId: unknown;
}

/** A request for approval as the service made it. */
export interface ApprovalRequest {
  /** The call that prompts have in the place of the request. */
  readonly toolCallId: string;
  readonly server: McpServer;
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
/** Characters of arguments above which a request is not remembered: a thousand of them must fit into memory. */
const LONGEST_ARGUMENTS = 50_000;

/**
 * Requests for approval as the services made them. Prompts come through browsers: what a prompt says of a request, down to
 * its id, may be forged, and an approval that goes out with a forged request would run the forged call. So only requests
 * that stand here are sent in full.
 */
export class ApprovalMemory {
  readonly #requests = new LruMap<string, ApprovalRequest>(REMEMBERED);

  remember(request: ApprovalRequest): void {
    if (request.item.arguments.length <= LONGEST_ARGUMENTS) this.#requests.set(request.item.id, request);
  }

  /** The request that an approval answers, when a service is known to have made it for one of these servers. */
  recall(approvalId: unknown, servers: readonly McpServer[]): ApprovalRequest | undefined {
    const request = typeof approvalId === 'string' ? this.#requests.get(approvalId) : undefined;
    return request !== undefined && isAmong(servers, request.server) ? request : undefined;
  }

  /** The call that was asked for may have been made, and must not be made again. */
  forget(approvalId: string): void {
    this.#requests.delete(approvalId);
  }
}

/** The MCP servers among a call's tools. */
export const mcpServers = (tools: readonly HostedTool[]): readonly McpServer[] =>
  tools.flatMap(({ id, args: { serverLabel, serverUrl, connectorId } }) =>
    id === 'openai.mcp' && typeof serverLabel === 'string' ? [{ label: serverLabel, url: serverUrl, connectorId }] : [],
  );

/** Whether a server is among these. Its label is only a name: the same server has the same address, too. */
const isAmong = (servers: readonly McpServer[], { label, url, connectorId }: McpServer): boolean =>
  servers.some((server) => server.label === label && server.url === url && server.connectorId === connectorId);
