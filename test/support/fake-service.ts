import { EventEmitter, once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';

import { answer, status, type Behaviour } from './behaviour.ts';
import { playBehaviour } from './play-behaviour.ts';
import { readRequest, type Outcome, type ReceivedRequest } from './received-request.ts';

/** What to do with each request: always the same, or decided by looking at it. */
export type BehaviourSource = Behaviour | ((request: ReceivedRequest) => Behaviour);

/**
 * A server on loopback that speaks as OpenAI does under `/v1` and as Azure OpenAI does under `/openai`, keeps every
 * request, and answers with its own name unless it is told to fail.
 */
export interface FakeService {
  readonly name: string;
  /** For OpenAI endpoints. */
  readonly baseURL: string;
  /** For Azure endpoints with a dated api-version: `…/openai`. */
  readonly azureBaseURL: string;
  /** For Azure endpoints of the v1 API: `…/openai/v1`. */
  readonly azureV1BaseURL: string;
  readonly requests: readonly ReceivedRequest[];
  /** Responses that were begun, or are owed, and are not over. */
  readonly unfinishedResponses: number;
  /** TCP connections, idle ones that the client keeps alive included. */
  readonly openConnections: number;
  /** From now on, each request is met like this. */
  behave(source: BehaviourSource): void;
  /** The next requests are met like this, one behaviour each; then as before. */
  behaveOnce(...sources: readonly BehaviourSource[]): void;
  /** Settles with the request when the one with this index has arrived. */
  received(index: number): Promise<ReceivedRequest>;
  /** Settles when no response is unfinished. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

export async function startFakeService(name: string, initial: BehaviourSource = answer()): Promise<FakeService> {
  let source = initial;
  const queued: BehaviourSource[] = [];
  const requests: ReceivedRequest[] = [];
  const connections = new Set<Socket>();
  const unfinished = new Set<Promise<Outcome>>();
  const arrivals = new EventEmitter();

  const server = createServer((incoming, outgoing) => {
    const arrivedAtMs = performance.now();
    let isCut = false;
    const cut = () => {
      isCut = true;
      outgoing.socket?.resetAndDestroy();
    };
    const ended = new Promise<Outcome>((resolve) => {
      outgoing.once('close', () => {
        if (outgoing.writableFinished) resolve('answered');
        else resolve(isCut ? 'cut-by-service' : 'closed-by-client');
      });
    });
    unfinished.add(ended);
    void ended.then(() => unfinished.delete(ended));
    void readRequest(incoming).then(
      (contents) => {
        const request = { ...contents, index: requests.length, arrivedAtMs, ended };
        requests.push(request);
        arrivals.emit('request');
        const chosen = request.operation === undefined ? status(404) : (queued.shift() ?? source);
        const behaviour = typeof chosen === 'function' ? chosen(request) : chosen;
        outgoing.setHeader('x-request-id', `req_${name}_${request.index}`);
        return playBehaviour(behaviour, { serviceName: name, request, outgoing, cut });
      },
      () => outgoing.destroy(), // the client left before its request was whole
    );
  });
  server.on('connection', (socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  const origin = await listen(server);

  return {
    name,
    baseURL: `${origin}/v1`,
    azureBaseURL: `${origin}/openai`,
    azureV1BaseURL: `${origin}/openai/v1`,
    requests,
    get unfinishedResponses() {
      return unfinished.size;
    },
    get openConnections() {
      return connections.size;
    },
    behave(next) {
      source = next;
    },
    behaveOnce(...next) {
      queued.push(...next);
    },
    async received(index) {
      for (;;) {
        const request = requests[index];
        if (request) return request;
        await once(arrivals, 'request');
      }
    },
    async settled() {
      while (unfinished.size > 0) await Promise.all(unfinished);
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No port was assigned.');
  return `http://127.0.0.1:${address.port}`;
}
