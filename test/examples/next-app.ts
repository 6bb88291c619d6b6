import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';

import { type FinishedExample, bareEnvironment, root, runNode } from './run-example.ts';

const app = `${root}examples/nextjs`;
const next = createRequire(import.meta.url).resolve('next/dist/bin/next');
const environment = { NEXT_TELEMETRY_DISABLED: '1' };

/** `next build`, with no secret in the environment. */
export function buildApp(): Promise<FinishedExample> {
  return runNode([next, 'build', app], environment);
}

/** The app as it was built, being served. */
export interface ServedApp {
  readonly url: string;
  /** What it has written so far. */
  readonly log: () => string;
  close(): Promise<void>;
}

/** `next start`, on a port that is free. */
export function startApp(more: Readonly<Record<string, string>>): Promise<ServedApp> {
  return serve(['start', app, '--hostname', '127.0.0.1'], bareEnvironment({ ...environment, ...more }));
}

/** `npm run dev` in the folder of the chat, as it is after `npm install`: with the package linked, and with no key. */
export async function startChat(more: Readonly<Record<string, string>> = {}): Promise<ServedApp> {
  const chat = `${root}examples/nextjs-chat`;
  await mkdir(`${chat}/node_modules`, { recursive: true });
  await rm(`${chat}/node_modules/ai-sdk-load-balancer`, { force: true });
  await symlink('../../..', `${chat}/node_modules/ai-sdk-load-balancer`);
  return serve(['dev', chat, '--hostname', 'localhost'], {
    ...bareEnvironment({ ...environment, ...more }),
    NODE_ENV: 'development',
  });
}

async function serve(args: readonly string[], env: NodeJS.ProcessEnv): Promise<ServedApp> {
  // A group of its own: `next dev` serves from a second process, which would outlive the first.
  const child = spawn(process.execPath, [next, ...args, '--port', '0'], { cwd: root, env, detached: true });
  let log = '';
  for (const output of [child.stdout, child.stderr]) {
    output.setEncoding('utf8').on('data', (text: string) => (log += text));
  }
  const url = await ready(
    child,
    () => /http:\/\/(?:127\.0\.0\.1|localhost):\d+/.exec(/Ready/.test(log) ? log : '')?.[0],
  );
  return {
    url,
    log: () => log,
    async close() {
      const closed = once(child, 'close');
      // A polite end waits for connections that the test keeps alive.
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      await closed;
    },
  };
}

/** Settles with what it finds in the output; rejects when the process ends first. */
function ready(child: ChildProcess, find: () => string | undefined): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('close', (code) => reject(new Error(`Next.js ended with ${code}`)));
    for (const output of [child.stdout, child.stderr]) {
      output?.on('data', () => {
        const found = find();
        if (found !== undefined) resolve(found);
      });
    }
  });
}

/** One answer, as `useChat()` gets it. */
export interface ChatAnswer {
  readonly text: string;
  readonly types: readonly string[];
  readonly metadata: unknown;
  /** The stream ended as streams of its protocol do. */
  readonly isWhole: boolean;
}

/** Posts what `useChat()` posts. */
export function postMessage(url: string, text: string, signal?: AbortSignal): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ id: 'chat', messages: [{ id: 'one', role: 'user', parts: [{ type: 'text', text }] }] }),
    signal: signal ?? null,
  });
}

/** Reads a UI message stream to its end. */
export async function readAnswer(response: Response): Promise<ChatAnswer> {
  const events = (await response.text())
    .split('\n\n')
    .filter((event) => event.startsWith('data: '))
    .map((event) => event.slice('data: '.length));
  const parts = events
    .filter((event) => event !== '[DONE]')
    .map((event) => JSON.parse(event) as { type: string; delta?: string; messageMetadata?: unknown });
  return {
    text: parts.map(({ type, delta }) => (type === 'text-delta' ? delta : '')).join(''),
    types: parts.map(({ type }) => type),
    metadata: parts.findLast(({ messageMetadata }) => messageMetadata !== undefined)?.messageMetadata,
    isWhole: events.at(-1) === '[DONE]' && parts.at(-1)?.type === 'finish',
  };
}
