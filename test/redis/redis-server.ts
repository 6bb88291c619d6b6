import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, connect, type AddressInfo } from 'node:net';

/** Whether there is a Redis to test with. Where tests must not be left out, its absence is a failure. */
export const hasRedis = spawnSync('redis-server', ['--version']).status === 0;
if (!hasRedis && process.env['CI']) throw new Error('redis-server is not installed, and CI leaves no test out.');
if (!hasRedis) console.warn('redis-server is not installed: the tests that share state in Redis are left out.');

export interface RedisServer {
  readonly port: number;
  readonly url: string;
  /** Starts it, also again after it was ended. */
  start(): Promise<void>;
  signal(name: 'SIGSTOP' | 'SIGCONT'): void;
  kill(): Promise<void>;
}

/** A server of its own on a free port, which keeps nothing on disk. */
export async function startRedis(...options: readonly string[]): Promise<RedisServer> {
  const port = await freePort();
  let running: ChildProcess | undefined;
  const server: RedisServer = {
    port,
    url: `redis://127.0.0.1:${port}`,
    start: async () => {
      const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', ...options];
      running = spawn('redis-server', args, { stdio: 'ignore' });
      while (!(await answers(port))) await new Promise((resolve) => setTimeout(resolve, 10));
    },
    signal: (name) => void running?.kill(name),
    kill: async () => {
      const ending = running;
      running = undefined;
      if (ending === undefined || ending.exitCode !== null) return;
      const ended = once(ending, 'exit');
      ending.kill('SIGKILL');
      await ended;
    },
  };
  await server.start();
  return server;
}

/** A port that is free. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    const end = (isAnswer: boolean) => {
      socket.destroy();
      resolve(isAnswer);
    };
    socket.once('data', (reply) => end(reply.toString().startsWith('+PONG')));
    socket.once('error', () => end(false));
  });
}
