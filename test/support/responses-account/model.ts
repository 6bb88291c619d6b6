import type { Item, ResponsesRequest } from './item.ts';

/** An item that the model says, without the ids that its account gives it. */
export type Said = Readonly<Record<string, unknown>> & { readonly type: string };

const reasoning = (thought: string): Said => ({
  type: 'reasoning',
  summary: [{ type: 'summary_text', text: thought }],
});

const call = (name: string, input: object): Said => ({
  type: 'function_call',
  status: 'completed',
  name,
  arguments: JSON.stringify(input),
});

const message = (text: string): Said => ({
  type: 'message',
  status: 'completed',
  role: 'assistant',
  content: [{ type: 'output_text', text, annotations: [] }],
});

const webSearch = (query: string): Said => ({
  type: 'web_search_call',
  status: 'completed',
  action: { type: 'search', query, sources: [{ type: 'url', url: 'https://weather.example/oslo' }] },
});

/**
 * What the model says next: decided by the conversation alone, so that it is the same wherever it is asked, as long as
 * nothing of the conversation is lost.
 */
export function say(conversation: readonly Item[], { tools = [] }: ResponsesRequest): readonly Said[] {
  const lastUser = conversation.findLastIndex(({ role }) => role === 'user');
  const turn = conversation.slice(lastUser + 1);
  const question = JSON.stringify(conversation[lastUser]?.['content'] ?? '');
  if (question.includes('remove')) return sayRemoval(turn, tools);
  if (question.includes('weather')) return sayWeather(turn);
  return [reasoning('I look back.'), message(`You were told: ${told(conversation).join('; ')}`)];
}

/** Three steps: two calls at once, a search with another call, and the answer. */
function sayWeather(turn: readonly Item[]): readonly Said[] {
  const outputs = weatherIn(turn);
  if (outputs.length === 0) {
    return [reasoning('Two cities.'), call('weather', { city: 'Paris' }), call('weather', { city: 'Rome' })];
  }
  if (outputs.length === 2) {
    return [reasoning('I search.'), webSearch('Oslo'), reasoning('One more.'), call('weather', { city: 'Oslo' })];
  }
  return [reasoning('Now I know.'), message(`The weather: ${outputs.join(', ')}.`)];
}

/** Outputs of the weather function, in the order of their calls: a search that became a function is none of them. */
function weatherIn(items: readonly Item[]): readonly string[] {
  const calls = items.filter(({ type, name }) => type === 'function_call' && name === 'weather');
  return calls.map(({ call_id: callId }) => {
    const output = items.find((item) => item.type === 'function_call_output' && item['call_id'] === callId);
    return textOf(output?.['output']);
  });
}

function sayRemoval(turn: readonly Item[], tools: readonly Item[]): readonly Said[] {
  const answer = turn.find(({ type }) => type === 'mcp_approval_response');
  const denied = turn.some(({ type }) => type === 'function_call_output') || answer?.['approve'] === false;
  if (denied) return [message('Nothing was removed.')];
  const request = turn.find(({ type }) => type === 'mcp_approval_request');
  if (answer === undefined || request === undefined) {
    const server_label = tools.find(({ type }) => type === 'mcp')?.['server_label'];
    return [{ type: 'mcp_approval_request', server_label, name: 'remove', arguments: '{"id":7}' }];
  }
  const { id, name, server_label, arguments: input } = request;
  return [
    {
      type: 'mcp_call',
      status: 'completed',
      server_label,
      name,
      arguments: input,
      output: 'gone',
      approval_request_id: id,
    },
    message(`Removed by ${String(name)}(${String(input)}): gone.`),
  ];
}

/** All that was ever said to the user or to the model. */
function told(conversation: readonly Item[]): readonly string[] {
  return [
    ...weatherIn(conversation),
    ...conversation
      .filter(({ type, role }) => (type === undefined || type === 'message') && role === 'assistant')
      .map(({ content }) => textOf(content)),
  ];
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return Array.isArray(content) ? content.map(({ text }: { text?: string }) => text ?? '').join('') : '';
}
