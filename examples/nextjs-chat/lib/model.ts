/** An item of the Responses API, as far as the embedded model reads it. */
export interface Item {
  readonly type?: string;
  readonly id?: string;
  readonly role?: string;
  readonly content?: string | readonly { readonly text?: string; readonly [field: string]: unknown }[];
  readonly output?: string;
}

/** What is said next, and the pieces that it streams in. */
interface Said extends Item {
  readonly type: string;
  readonly pieces: readonly string[];
}

/** Says how much of the conversation has arrived: nothing may be lost where it moves. */
export function say(name: string, items: readonly Item[]): Said {
  const messages = items.filter(({ role }) => role === 'user' || role === 'assistant');
  const question = textOf(items.findLast(({ role }) => role === 'user'));
  const last = items.at(-1);
  if (last?.type === 'function_call_output') return message(`${name} has looked it up: ${last.output}.`);
  if (/weather/i.test(question)) {
    const city = /\bin (\w+)/.exec(question)?.[1] ?? 'Lisbon';
    const call = { call_id: `call_${crypto.randomUUID()}`, name: 'weather', arguments: JSON.stringify({ city }) };
    return { type: 'function_call', status: 'completed', ...call, pieces: [] } as Said;
  }
  const before = messages.slice(0, -1).map((each) => `“${textOf(each).split(' ').slice(0, 4).join(' ')} …”`);
  return message(
    `This is ${name}. You said: “${question}”. ` +
      (before.length === 0
        ? 'It is the first message here. Break me while I speak or before, then ask again: another endpoint takes over.'
        : `I know the ${before.length} messages before it: ${before.join(', ')}.`),
  );
}

const message = (text: string): Said => ({
  type: 'message',
  role: 'assistant',
  content: [{ type: 'output_text', text, annotations: [] }],
  pieces: text.split(/(?<= )/),
});

const textOf = (item: Item | undefined): string =>
  typeof item?.content === 'string' ? item.content : (item?.content ?? []).map(({ text }) => text).join('');
