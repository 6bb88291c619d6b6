import { namedEvent } from '../wire/stream-script.ts';
import type { Item } from './item.ts';

/** A response as a stream of events. */
export function eventsOf(response: { readonly output: readonly Item[] } & Record<string, unknown>): readonly string[] {
  let sequence = 0;
  const event = (type: string, fields: object) => namedEvent({ type, sequence_number: sequence++, ...fields });
  const begun = { ...response, status: 'in_progress', output: [], usage: null };
  return [
    event('response.created', { response: begun }),
    event('response.in_progress', { response: begun }),
    ...response.output.flatMap((item, output_index) => itemEvents(item, output_index, event)),
    event('response.completed', { response }),
  ];
}

type EventMaker = (type: string, fields: object) => string;

function itemEvents(item: Item, output_index: number, event: EventMaker): readonly string[] {
  const place = { item_id: item.id, output_index };
  return [
    event('response.output_item.added', { output_index, item: begunItem(item) }),
    ...contentEvents(item, place, event),
    event('response.output_item.done', { output_index, item }),
  ];
}

const begunItem = (item: Item): Item => {
  switch (item.type) {
    case 'reasoning':
      return { ...item, summary: [], encrypted_content: null };
    case 'message':
      return { ...item, status: 'in_progress', content: [] };
    case 'function_call':
      return { ...item, status: 'in_progress', arguments: '' };
    default:
      return item;
  }
};

function contentEvents(item: Item, place: object, event: EventMaker): readonly string[] {
  switch (item.type) {
    case 'reasoning':
      return (item['summary'] as readonly { text: string }[]).flatMap((part, summary_index) => [
        event('response.reasoning_summary_part.added', { ...place, summary_index, part: { ...part, text: '' } }),
        event('response.reasoning_summary_text.delta', { ...place, summary_index, delta: part.text }),
        event('response.reasoning_summary_text.done', { ...place, summary_index, text: part.text }),
        event('response.reasoning_summary_part.done', { ...place, summary_index, part }),
      ]);
    case 'message':
      return (item['content'] as readonly { text: string }[]).flatMap((part, content_index) => [
        event('response.content_part.added', { ...place, content_index, part: { ...part, text: '' } }),
        event('response.output_text.delta', { ...place, content_index, delta: part.text, logprobs: [] }),
        event('response.output_text.done', { ...place, content_index, text: part.text, logprobs: [] }),
        event('response.content_part.done', { ...place, content_index, part }),
      ]);
    case 'function_call':
      return [
        event('response.function_call_arguments.delta', { ...place, delta: item['arguments'] }),
        event('response.function_call_arguments.done', { ...place, arguments: item['arguments'] }),
      ];
    default:
      return [];
  }
}
