import { status, type Behaviour } from '../behaviour.ts';

/** A status 200 with this JSON. */
export const json = (body: unknown): Behaviour => status(200, { body: JSON.stringify(body) });

/** A status 200 and these events, written as Chat and as Responses write theirs. */
export const events = (...payloads: readonly object[]): Behaviour => eventStream(payloads.map(written).join(''));

/** The same, and what ends a stream of Chat. */
export const eventsAndDone = (...payloads: readonly object[]): Behaviour =>
  eventStream(`${payloads.map(written).join('')}data: [DONE]\n\n`);

const eventStream = (body: string): Behaviour =>
  status(200, { headers: { 'content-type': 'text/event-stream' }, body });

const written = (payload: object): string => `${nameOf(payload)}data: ${JSON.stringify(payload)}\n\n`;

const nameOf = (payload: object): string => ('type' in payload ? `event: ${String(payload.type)}\n` : '');

const usage = { input_tokens: 1, output_tokens: 1, total_tokens: 2 };

/** A Response as it stands in a body or an event. */
export const response = (state: string, more: object = {}): object => ({
  id: 'resp_1',
  object: 'response',
  created_at: 1_767_225_600,
  status: state,
  error: null,
  incomplete_details: null,
  model: 'gpt-4',
  output: [],
  usage,
  ...more,
});

/** The event with which a Responses stream begins. */
export const responseCreated = { type: 'response.created', sequence_number: 0, response: response('in_progress') };

/** The events of a Responses stream up to its first text. */
export const responseText = (text: string): readonly object[] => [
  responseCreated,
  {
    type: 'response.output_item.added',
    sequence_number: 1,
    output_index: 0,
    item: { id: 'msg_1', type: 'message', status: 'in_progress', role: 'assistant', content: [] },
  },
  {
    type: 'response.output_text.delta',
    sequence_number: 2,
    item_id: 'msg_1',
    output_index: 0,
    content_index: 0,
    delta: text,
    logprobs: [],
  },
];

/** The event with which a Responses stream says that it failed. */
export const responseFailed = (error: object | null): object => ({
  type: 'response.failed',
  sequence_number: 3,
  response: response('failed', { error }),
});

/** An answer of Chat with this choice. */
export const completion = (choice: object): object => ({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1_767_225_600,
  model: 'gpt-4',
  choices: [{ index: 0, message: { role: 'assistant', content: '' }, finish_reason: 'stop', ...choice }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
});

/** A chunk of a Chat stream. */
export const chunk = (delta: object, finishReason: string | null = null): object => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1_767_225_600,
  model: 'gpt-4',
  choices: [{ index: 0, delta, finish_reason: finishReason }],
});
