import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';

import { type Item, say } from './model.ts';

/** How a service meets its requests. */
export const MOODS = ['healthy', 'broken', 'rate-limited', 'slow', 'hanging'] as const;
export type Mood = (typeof MOODS)[number];

const NAMES = ['eastus', 'westus', 'openai'];
const RETRY_AFTER_SECONDS = 20;
const THINKING_MS = 400;
const WORD_MS = 60;
const SLOWER = 10;

/** A service on loopback, as far as this chat needs the Responses API: it keeps what it said, and takes references to it. */
export class Service {
  readonly name: string;
  mood: Mood = 'healthy';
  readonly #items = new Map<string, Item>();
  readonly #server = createServer((request, response) => void this.#meet(request, response));

  private constructor(name: string) {
    this.name = name;
  }

  static async start(name: string): Promise<Service> {
    const service = new Service(name);
    service.#server.listen(0, '127.0.0.1');
    await once(service.#server, 'listening');
    return service;
  }

  get baseURL(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  /** One that breaks drops what is under way. */
  turn(mood: Mood): void {
    this.mood = mood;
    if (mood === 'broken') this.#server.closeAllConnections();
  }

  async #meet(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const left = new AbortController();
    response.once('close', () => left.abort());
    try {
      const { input } = (await json(request)) as { input: Item[] };
      await this.#answer(input, response, left.signal);
    } catch {
      response.destroy();
    }
  }

  async #answer(input: readonly Item[], response: ServerResponse, signal: AbortSignal): Promise<void> {
    if (this.mood === 'hanging') return;
    if (this.mood === 'broken') return refuse(response, 500, 'The server had an error.');
    if (this.mood === 'rate-limited') {
      response.setHeader('retry-after', RETRY_AFTER_SECONDS);
      return refuse(response, 429, 'Requests have exceeded the call rate limit.');
    }
    const items = input.map((item) => (item.type === 'item_reference' ? this.#items.get(item.id ?? '') : item));
    const missing = input[items.indexOf(undefined)];
    if (missing) return refuse(response, 404, `Item with id '${missing.id}' not found.`);

    const send = (type: string, fields: object): boolean =>
      response.write(`data: ${JSON.stringify({ type, ...fields })}\n\n`);
    const pause = (ms: number): Promise<void> => wait(this.mood === 'slow' ? SLOWER * ms : ms, undefined, { signal });
    const { pieces, ...said } = say(this.name, items as readonly Item[]);
    const item = { ...said, id: `${said.type}_${crypto.randomUUID()}` };
    const place = { item_id: item.id, output_index: 0 };
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    send('response.created', { response: { id: `resp_${crypto.randomUUID()}`, created_at: 0, model: 'embedded' } });
    await pause(THINKING_MS);
    send('response.output_item.added', { output_index: 0, item: { ...item, content: [], arguments: '' } });
    for (const delta of pieces) {
      send('response.output_text.delta', { ...place, content_index: 0, delta });
      await pause(WORD_MS);
    }
    this.#items.set(item.id, item);
    send('response.output_item.done', { output_index: 0, item });
    send('response.completed', { response: { usage: { input_tokens: 1, output_tokens: pieces.length } } });
    response.end();
  }
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ error: { message, type: 'error', code: null, param: null } }));
}

/** Three services that share nothing. */
export const startFleet = (): Promise<Service[]> => Promise.all(NAMES.map((name) => Service.start(name)));
