import type { PromptMessage } from '../../../src/portability/prompt.ts';
import { markOf } from '../../../src/portability/endpoint-mark.ts';
import { type BalancedProvider, type BalancedProviderSettings, createBalancedProvider } from '../../../src/index.ts';
import type { CallOptions, CallResult, SdkLanguageModel } from '../../../src/sdk.ts';
import { mark } from './prompts.ts';

/** An item of the Responses API, in an input or an output. */
export type Item = Readonly<Record<string, unknown>>;

/** A request to the Responses API, as far as these tests look at it. */
export interface SentBody {
  readonly input: readonly Item[];
  readonly previous_response_id?: string;
}

/** What an endpoint answers. */
export type Service = (body: SentBody) => Response | Promise<Response>;

interface Ring<Name extends string> {
  readonly balanced: BalancedProvider;
  /** The bodies that each endpoint was sent. */
  readonly sent: Readonly<Record<Name, SentBody[]>>;
  readonly ask: (options: CallOptions) => Promise<CallResult & { readonly warnings: readonly { message?: string }[] }>;
}

/** Endpoints by name, in the order in which they are asked, each with a service behind it. */
export function ringOf<const Name extends string>(
  services: Readonly<Record<Name, readonly [type: 'openai' | 'azure', service: Service]>>,
  more: Partial<BalancedProviderSettings> = {},
): Ring<Name> {
  const sent = {} as Record<Name, SentBody[]>;
  const endpoints = (Object.keys(services) as Name[]).map((name) => {
    const [type, service] = services[name];
    const bodies: SentBody[] = (sent[name] = []);
    const fetch: typeof globalThis.fetch = async (_, init) => {
      // The AI SDK writes it as text.
      const body = JSON.parse(init?.body as string) as SentBody;
      bodies.push(body);
      return service(body);
    };
    return { type, name, apiKey: 'any', baseURL: `https://${name}.example/v1`, fetch };
  });
  const balanced = createBalancedProvider({
    endpoints,
    api: 'responses',
    loadBalancing: false,
    retry: { rounds: 1 },
    ...more,
  });
  const model = balanced('gpt-5') as unknown as SdkLanguageModel;
  return {
    balanced,
    sent,
    ask: (options) => Promise.resolve(model.doGenerate(options)) as ReturnType<Ring<Name>['ask']>,
  };
}

const hello = { type: 'message', id: 'msg_hello', role: 'assistant' };

/** The answer of a healthy endpoint. */
export const answer = (
  output: readonly Item[] = [{ ...hello, content: [{ type: 'output_text', text: 'Hello!', annotations: [] }] }],
  id = 'resp_1',
): Response =>
  Response.json({ id, created_at: 1, model: 'gpt-5', output, usage: { input_tokens: 1, output_tokens: 1 } });

/** A refusal in OpenAI's words. */
export const refusal = (message: string, status = 404, param: string | null = null): Response =>
  Response.json({ error: { message, type: 'invalid_request_error', param, code: null } }, { status });

/** An outage. */
export const outage = (): Response => new Response('down', { status: 500 });

/** Nobody listens there: certain to have done nothing. */
export const unreachable = (): never => {
  const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  throw new TypeError('fetch failed', { cause });
};

/** The mark that parts from an endpoint carry. */
export const from = (endpointName: string) => mark(markOf(endpointName).endpoint);

/** A question. */
export const question = (text: string): PromptMessage => ({ role: 'user', content: [{ type: 'text', text }] });
