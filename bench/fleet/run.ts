import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import type { FromClient, FromServer, RunSettings, ToClient, ToServer } from './messages.ts';
import type { Observation } from './records.ts';
import { realNow } from './scaled-time.ts';

/** Real milliseconds after which a run is given up. */
const LONGEST_RUN_MS = 60_000;
/** Real milliseconds between the agreement on a start and the start. */
const LEAD_MS = 200;

/** Runs one contestant through one scenario: servers in one process, the client in another. */
export async function run(settings: RunSettings, contestant: string): Promise<Observation> {
  const server = new Child<ToServer, FromServer>('server/server-process.ts');
  const client = new Child<ToClient, FromClient>('client/client-process.ts');
  try {
    server.tell({ type: 'open', ...settings });
    const { ports, calibrationPort } = await server.hear('opened');
    client.tell({ type: 'prepare', contestant, ports, calibrationPort, ...settings });
    const { transportMs } = await client.hear('prepared');
    const startsAtRealMs = realNow() + LEAD_MS;
    server.tell({ type: 'start', startsAtRealMs });
    client.tell({ type: 'start', startsAtRealMs });
    const { calls, effort } = await client.hear('finished');
    server.tell({ type: 'stop' });
    const stopped = await server.hear('stopped');
    return { calls, attempts: stopped.attempts, client: effort, server: stopped.effort, transportMs };
  } finally {
    server.kill();
    client.kill();
  }
}

/** A child process and the messages it sends. */
class Child<Said, Heard extends { readonly type: string }> {
  readonly #process: ChildProcess;
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
    this.#process = fork(fileURLToPath(new URL(file, import.meta.url)), [], { serialization: 'advanced' });
  }

  tell(message: Said & object): void {
    this.#process.send(message);
  }

  hear<Type extends Heard['type']>(type: Type): Promise<Extract<Heard, { readonly type: Type }>> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => settle(new Error(`${this.#file} was not heard of in time.`)), LONGEST_RUN_MS);
      const onMessage = (message: Heard): void => {
        if (message.type === type) settle(undefined, message as Extract<Heard, { readonly type: Type }>);
      };
      const onExit = (code: number | null): void => settle(new Error(`${this.#file} ended with code ${code}.`));
      const settle = (error?: Error, message?: Extract<Heard, { readonly type: Type }>): void => {
        clearTimeout(timer);
        this.#process.off('message', onMessage);
        this.#process.off('exit', onExit);
        if (message === undefined) reject(error);
        else resolve(message);
      };
      this.#process.on('message', onMessage);
      this.#process.once('exit', onExit);
    });
  }

  kill(): void {
    this.#process.kill();
  }
}
