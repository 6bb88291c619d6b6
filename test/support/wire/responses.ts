import type { ResolvedAnswer } from '../answer.ts';
import { namedEvent, type StreamScript } from './stream-script.ts';

const usage = {
  input_tokens: 11,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 7,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 18,
};

const serverError = {
  code: 'server_error',
  message: 'The server had an error while processing your request. Sorry about that!',
};

type Status = 'in_progress' | 'completed' | 'incomplete' | 'failed';

/** The whole answer as one JSON document. */
export function response(answer: ResolvedAnswer): object {
  return responseOf(answer, finalStatusOf(answer), outputOf(answer));
}

/** A run that failed on the server: status 200, and the failure in the document. */
export function failedResponse(answer: ResolvedAnswer): object {
  return { ...responseOf(answer, 'failed', []), error: serverError };
}

/** The events in the order, and with the sequence numbers, in which the real API sends them. */
export function responseStream(answer: ResolvedAnswer): StreamScript {
  let sequence = 0;
  const event = (type: string, fields: object) => namedEvent({ type, sequence_number: sequence++, ...fields });
  const begun = responseOf(answer, 'in_progress', []);
  const preamble = [event('response.created', { response: begun }), event('response.in_progress', { response: begun })];
  const failures = failureEvents(answer, sequence);
  const text = answer.textParts.length > 0 ? messageEvents(answer, event) : undefined;
  const toolCalls = answer.toolCalls.map((_, index) => toolCallEvents(answer, index, event));
  const ended = finalStatusOf(answer) === 'completed' ? 'response.completed' : 'response.incomplete';
  return {
    preamble: [...preamble, ...(text?.preamble ?? [])],
    parts: [...(text?.parts ?? []), ...toolCalls],
    ending: [...(text?.ending ?? []), event(ended, { response: response(answer) })],
    ...failures,
  };
}

type EventMaker = (type: string, fields: object) => string;

function failureEvents(answer: ResolvedAnswer, sequence: number) {
  const place = { type: 'error', sequence_number: sequence };
  return {
    // The documented shape, and the one that some failures have come in.
    errorEvent: namedEvent({ ...place, ...serverError, param: null }),
    nestedErrorEvent: namedEvent({ ...place, error: { type: 'server_error', ...serverError, param: null } }),
    failedEvent: namedEvent({
      type: 'response.failed',
      sequence_number: sequence,
      response: failedResponse(answer),
    }),
  };
}

function messageEvents(answer: ResolvedAnswer, event: EventMaker) {
  const text = answer.textParts.join('');
  const place = { item_id: messageIdOf(answer), output_index: 0, content_index: 0 };
  const emptyPart = { type: 'output_text', annotations: [], logprobs: [], text: '' };
  const item = { ...messageOf(answer), status: 'in_progress', content: [] };
  return {
    preamble: [
      event('response.output_item.added', { output_index: 0, item }),
      event('response.content_part.added', { ...place, part: emptyPart }),
    ],
    parts: answer.textParts.map((delta) => event('response.output_text.delta', { ...place, delta, logprobs: [] })),
    ending: [
      event('response.output_text.done', { ...place, text, logprobs: [] }),
      event('response.content_part.done', { ...place, part: { ...emptyPart, text } }),
      event('response.output_item.done', { output_index: 0, item: messageOf(answer) }),
    ],
  };
}

function toolCallEvents(answer: ResolvedAnswer, index: number, event: EventMaker): string {
  const item = functionCallOf(answer, index);
  const output_index = index + (answer.textParts.length > 0 ? 1 : 0);
  const place = { item_id: item.id, output_index };
  return [
    event('response.output_item.added', {
      output_index,
      item: { ...item, status: 'in_progress', arguments: '' },
    }),
    event('response.function_call_arguments.delta', { ...place, delta: item.arguments }),
    event('response.function_call_arguments.done', { ...place, arguments: item.arguments }),
    event('response.output_item.done', { output_index, item }),
  ].join('');
}

function responseOf(answer: ResolvedAnswer, status: Status, output: readonly object[]) {
  const reason = answer.finishReason === 'length' ? 'max_output_tokens' : 'content_filter';
  return {
    id: `resp_${answer.id}`,
    object: 'response',
    created_at: 1_767_225_600,
    status,
    error: null,
    incomplete_details: status === 'incomplete' ? { reason } : null,
    model: answer.model,
    output,
    usage: status === 'in_progress' ? null : usage,
  };
}

function finalStatusOf(answer: ResolvedAnswer): Status {
  const cut = answer.finishReason === 'length' || answer.finishReason === 'content_filter';
  return cut ? 'incomplete' : 'completed';
}

function outputOf(answer: ResolvedAnswer): readonly object[] {
  return [
    ...(answer.textParts.length > 0 ? [messageOf(answer)] : []),
    ...answer.toolCalls.map((_, index) => functionCallOf(answer, index)),
  ];
}

function messageIdOf(answer: ResolvedAnswer): string {
  return `msg_${answer.id}`;
}

function messageOf(answer: ResolvedAnswer) {
  return {
    id: messageIdOf(answer),
    type: 'message',
    status: 'completed',
    role: 'assistant',
    content: [{ type: 'output_text', annotations: [], logprobs: [], text: answer.textParts.join('') }],
  };
}

function functionCallOf(answer: ResolvedAnswer, index: number) {
  const toolCall = answer.toolCalls[index];
  return {
    id: `fc_${answer.id}_${index}`,
    type: 'function_call',
    status: 'completed',
    call_id: `call_${answer.id}_${index}`,
    name: toolCall?.name ?? '',
    arguments: JSON.stringify(toolCall?.arguments ?? {}),
  };
}
