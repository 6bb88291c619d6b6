import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

import { type Item, Refusal, type ResponsesRequest } from './item.ts';
import { ItemStore } from './item-store.ts';
import { say } from './model.ts';
import { eventsOf } from './response-events.ts';

/** Prefixes of ids by type of item, as OpenAI gives them. */
const PREFIXES: Readonly<Record<string, string>> = {
  reasoning: 'rs',
  message: 'msg',
  function_call: 'fc',
  web_search_call: 'ws',
  mcp_call: 'mcp',
  mcp_approval_request: 'mcpr',
};

/** One account at OpenAI, or one Azure resource: a strict Responses API that knows what it has stored and nothing else. */
export interface ResponsesAccount {
  readonly name: string;
  /** For an OpenAI endpoint. */
  readonly baseURL: string;
  /** For an Azure endpoint. */
  readonly azureV1BaseURL: string;
  /** Bodies of all requests that it has answered or refused. */
  readonly requests: readonly (ResponsesRequest & Record<string, unknown>)[];
  /** What it refused, in the service's words. */
  readonly refusals: readonly string[];
  /** How many responses it has given. */
  readonly answered: number;
  /** Answers so many more requests, and no further ones until it is revived. */
  dieAfter(answers: number): void;
  revive(): void;
  openConversation(id: string): void;
  close(): Promise<void>;
}

export async function startResponsesAccount(name: string): Promise<ResponsesAccount> {
  const store = new ItemStore(name);
  const requests: (ResponsesRequest & Record<string, unknown>)[] = [];
  const refusals: string[] = [];
  let answersLeft = Infinity;
  let answered = 0;

  const answer = (request: ResponsesRequest): object & { output: readonly Item[] } => {
    const conversation = store.resolve(request);
    const responseId = `resp_${name}_${(answered += 1)}`;
    const output = say(conversation, request).map((said, index) => {
      const key = `${name}_${answered}_${index}`;
      const encrypted = request.include?.includes('reasoning.encrypted_content') ? `${name}:${key}` : null;
      return {
        ...said,
        id: `${PREFIXES[said.type] ?? 'item'}_${key}`,
        ...(said.type === 'function_call' && { call_id: `call_${key}` }),
        ...(said.type === 'reasoning' && { encrypted_content: encrypted }),
      };
    });
    store.keep(request, responseId, conversation, output);
    return { ...envelope(responseId, request.model), output };
  };

  const server = createServer((incoming, outgoing) => {
    if (answersLeft <= 0) {
      incoming.socket.resetAndDestroy();
      return;
    }
    void readJson(incoming).then((request) => {
      requests.push(request);
      try {
        const response = answer(request);
        answersLeft -= 1;
        send(outgoing, response, request.stream === true);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        refusals.push(error.message);
        outgoing.writeHead(error.status, { 'content-type': 'application/json' }).end(error.body);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };

  return {
    name,
    baseURL: `http://127.0.0.1:${port}/v1`,
    azureV1BaseURL: `http://127.0.0.1:${port}/openai/v1`,
    requests,
    refusals,
    get answered() {
      return answered;
    },
    dieAfter(answers) {
      answersLeft = answers;
    },
    revive() {
      answersLeft = Infinity;
    },
    openConversation: (id) => store.openConversation(id),
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function send(outgoing: ServerResponse, response: object & { output: readonly Item[] }, isStream: boolean): void {
  outgoing.writeHead(200, { 'content-type': isStream ? 'text/event-stream' : 'application/json' });
  outgoing.end(isStream ? eventsOf({ ...response }).join('') : JSON.stringify(response));
}

const envelope = (id: string, model: string) => ({
  id,
  object: 'response',
  created_at: 1_767_225_600,
  status: 'completed',
  error: null,
  incomplete_details: null,
  model,
  usage: {
    input_tokens: 11,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: 7,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 18,
  },
});

async function readJson(incoming: IncomingMessage): Promise<ResponsesRequest & Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString('utf8')) as ResponsesRequest & Record<string, unknown>;
}
