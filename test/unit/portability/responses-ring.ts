import { createOpenAI } from '@ai-sdk/openai';

import { markOf } from '../../../src/deployment/endpoint-mark.ts';
import { type BalancedProvider, type BalancedProviderSettings, createBalancedProvider } from '../../../src/index.ts';
import { mark, type PromptMessage, type PromptPart, type ProviderOptions, user } from './prompts.ts';

/** An item of the Responses API, in an input or an output. */
export type Item = Readonly<Record<string, unknown>>;

/** A request to the Responses API, as far as these tests look at it. */
export interface SentBody {
  readonly input: readonly Item[];
  readonly previous_response_id?: string;
}

/** What an endpoint answers. */
export type Service = (body: SentBody) => Response | Promise<Response>;

/** What the AI SDK hands to a model. */
export interface CallOptions {
  readonly prompt: readonly PromptMessage[];
  readonly tools?: readonly object[];
  readonly providerOptions?: ProviderOptions;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the AI SDK gets from a model. */
export interface Answer {
  readonly content: readonly PromptPart[];
  readonly warnings: readonly { readonly message?: string }[];
}

interface Ring<Name extends string> {
  readonly balanced: BalancedProvider;
  /** The bodies that each endpoint was sent. */
  readonly sent: Readonly<Record<Name, SentBody[]>>;
  readonly ask: (options: CallOptions) => Promise<Answer>;
  /** The endpoints in the order in which they were asked. */
  readonly asked: readonly Name[];
}

/** Endpoints by name, in the order in which they are asked, each with a service behind it. */
export function ringOf<const Name extends string>(
  services: Readonly<
    Record<Name, readonly [type: 'openai' | 'azure' | 'third party', service: Service, priority?: number]>
  >,
  more: Partial<BalancedProviderSettings> = {},
): Ring<Name> {
  const sent = {} as Record<Name, SentBody[]>;
  const asked: Name[] = [];
  const endpoints = (Object.keys(services) as Name[]).map((name) => {
    const [type, service, priority] = services[name];
    const bodies: SentBody[] = (sent[name] = []);
    const fetch: typeof globalThis.fetch = async (_, init) => {
      // The AI SDK writes it as text.
      const body = JSON.parse(init?.body as string) as SentBody;
      bodies.push(body);
      asked.push(name);
      return service(body);
    };
    const account = { apiKey: 'any', baseURL: `https://${name}.example/v1`, fetch };
    return type === 'third party'
      ? { name, priority, provider: createOpenAI({ ...account, name: 'corp' }) }
      : { type, name, priority, ...account };
  });
  const balanced = createBalancedProvider({
    endpoints,
    api: 'responses',
    loadBalancing: false,
    retry: { rounds: 1 },
    ...more,
  });
  // Types of the installed line name every part; these tests write prompts as other lines do, too.
  const model = balanced('gpt-5') as unknown as { doGenerate(options: CallOptions): Promise<Answer> };
  return { balanced, sent, asked, ask: (options) => model.doGenerate(options) };
}

const hello = { type: 'message', id: 'msg_hello', role: 'assistant' };

/** The answer of a healthy endpoint. */
export const answer = (
  output: readonly Item[] = [{ ...hello, content: [{ type: 'output_text', text: 'Hello!', annotations: [] }] }],
  id = 'resp_1',
): Response =>
  Response.json({ id, created_at: 1, model: 'gpt-5', output, usage: { input_tokens: 1, output_tokens: 1 } });

/** A refusal in OpenAI's words. */
export const refusal = (message: string, status = 404, code: string | null = null): Response =>
  Response.json({ error: { message, type: 'invalid_request_error', param: null, code } }, { status });

/** An outage. */
export const outage = (): Response => new Response('down', { status: 500 });

/** A port without a server: certain to have done nothing. */
export const unreachable = (): never => {
  const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  throw new TypeError('fetch failed', { cause });
};

/** The mark that parts from an endpoint carry. */
export const from = (endpointName: string) => mark(markOf(endpointName).endpoint);

/** A question. */
export const question = (text: string): PromptMessage => user({ type: 'text', text });
