import { once } from 'node:events';
import { createServer } from 'node:http';

import { playBehaviour } from '../support/play-behaviour.ts';
import { readRequest } from '../support/received-request.ts';
import { fateOf } from './fates.ts';
import type { Random } from './random.ts';

/** A service that misbehaves at random. It keeps no request, so that its own heap stays flat. */
export interface SoakService {
  readonly name: string;
  readonly origin: string;
  /** Requests that are not over. */
  readonly unfinished: number;
  readonly requests: number;
  /** What went wrong in the service itself: a request that names two calls, for one. */
  readonly faults: readonly unknown[];
  close(): Promise<void>;
}

export async function startSoakService(name: string, random: Random): Promise<SoakService> {
  let unfinished = 0;
  let requests = 0;
  const faults: unknown[] = [];
  const server = createServer((incoming, outgoing) => {
    unfinished += 1;
    const ended = new Promise<'answered'>((resolve) => {
      outgoing.once('close', () => {
        unfinished -= 1;
        resolve('answered');
      });
    });
    const cut = () => outgoing.socket?.resetAndDestroy();
    const play = async () => {
      const contents = await readRequest(incoming).catch(() => undefined);
      if (contents === undefined) return void outgoing.destroy(); // the client left before its request was whole
      const request = { ...contents, index: requests++, arrivedAtMs: performance.now(), ended };
      await playBehaviour(fateOf(random, request), { serviceName: name, request, outgoing, cut });
    };
    play().catch((fault: unknown) => faults.push(fault));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No port was assigned.');

  return {
    name,
    origin: `http://127.0.0.1:${address.port}`,
    get unfinished() {
      return unfinished;
    },
    get requests() {
      return requests;
    },
    faults,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
