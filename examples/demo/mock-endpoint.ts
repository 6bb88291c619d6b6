import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

import { LLMock } from '@copilotkit/aimock';
import type { EndpointSettings } from 'ai-sdk-load-balancer';

/** How a mock endpoint meets its requests. */
export type Mood =
  | { readonly is: 'healthy' }
  | { readonly is: 'broken'; readonly status: number }
  | { readonly is: 'rate-limited'; readonly retryAfterSeconds: number }
  /** Opens a stream, and drops the connection before the first word. */
  | { readonly is: 'dying'; readonly afterMs: number };

export type Shape = { readonly type: 'openai' } | { readonly type: 'azure'; readonly deployment: string };

const API_VERSION = '2024-10-21';
/** Long enough for a person to see the answers come in. */
const LATENCY_MS = 80;
/** Size of the pieces of a streamed answer, in characters. */
const PIECE_LENGTH = 7;

/** A service on loopback: aimock gives the answers, and a mount in front of it gives the trouble. */
export class MockEndpoint {
  readonly name: string;
  readonly shape: Shape;
  mood: Mood = { is: 'healthy' };
  /** Requests so far. */
  requests = 0;
  readonly #mock: LLMock;

  private constructor(name: string, shape: Shape, answer: string) {
    this.name = name;
    this.shape = shape;
    this.#mock = new LLMock({ port: 0, latency: LATENCY_MS, chunkSize: PIECE_LENGTH });
    this.#mock.mount('', { handleRequest: (request, response) => this.#meet(request, response) });
    this.#mock.on({}, { content: answer });
  }

  static async start(name: string, shape: Shape, answer: string): Promise<MockEndpoint> {
    const endpoint = new MockEndpoint(name, shape, answer);
    await endpoint.#mock.start();
    return endpoint;
  }

  stop(): Promise<void> {
    return this.#mock.stop();
  }

  /** What it is and where. */
  get description(): string {
    const { url } = this.#mock;
    return this.shape.type === 'openai'
      ? `OpenAI  ${url}/v1`
      : `Azure   ${url}/openai  ${this.shape.deployment}, ${API_VERSION}`;
  }

  /** What `createBalancedProvider()` is told about it. */
  get settings(): EndpointSettings {
    const { name, shape } = this;
    const apiKey = 'any key will do';
    return shape.type === 'openai'
      ? { type: 'openai', name, apiKey, baseURL: `${this.#mock.url}/v1` }
      : { type: 'azure', name, apiKey, baseURL: `${this.#mock.url}/openai`, apiVersion: API_VERSION };
  }

  /** Returns `false` to leave a request to aimock. */
  async #meet(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    this.requests += 1;
    await wait(LATENCY_MS);
    if (!this.#isAddressedRight(request)) {
      return sendError(response, 404, 'The API deployment for this resource does not exist.', 'DeploymentNotFound');
    }
    switch (this.mood.is) {
      case 'healthy':
        return false;
      case 'broken':
        return sendError(response, this.mood.status, 'The server had an error while processing your request.');
      case 'rate-limited':
        response.setHeader('retry-after', String(this.mood.retryAfterSeconds));
        return sendError(response, 429, 'Requests have exceeded the call rate limit.', '429');
      case 'dying':
        return die(response, this.mood.afterMs);
    }
  }

  /** aimock takes any deployment and any version; a real resource does not. */
  #isAddressedRight({ url = '' }: IncomingMessage): boolean {
    const { pathname, searchParams } = new URL(url, this.#mock.url);
    if (this.shape.type === 'openai') return pathname.startsWith('/v1/');
    const isDeployment = pathname.startsWith(`/openai/deployments/${this.shape.deployment}/`);
    return isDeployment && searchParams.get('api-version') === API_VERSION;
  }
}

function sendError(response: ServerResponse, status: number, message: string, code?: string): true {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ error: { message, code: code ?? null } }));
  return true;
}

async function die(response: ServerResponse, afterMs: number): Promise<true> {
  const opening = { id: 'cut', object: 'chat.completion.chunk', created: 0, model: 'any' };
  const choices = [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }];
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(`data: ${JSON.stringify({ ...opening, choices })}\n\n`);
  await wait(afterMs);
  response.destroy();
  return true;
}
