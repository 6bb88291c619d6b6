import { createHash } from 'node:crypto';

/** What a call asks for. The same words are in its prompt, and every service makes the same answer of them. */
export interface Order {
  readonly id: number;
  /** How many words the answer has. */
  readonly words: number;
}

/** The prompt, or the value to embed, by which a service knows the call. */
export const promptOf = ({ id, words }: Order): string => `call ${id} of ${words} words.`;

/** What the result of a tool says, by which a service knows that the second step has come. */
export const toolResultOf = ({ id }: Order): string => `tool result of call ${id}.`;

/** The call that a request belongs to. A request that names two is a mixture of calls, and an error. */
export function orderIn(json: object): Order | undefined {
  const found = [...JSON.stringify(json).matchAll(/call (\d+) of (\d+) words\./g)];
  const orders = new Map(found.map(([text, id, words]) => [text, { id: Number(id), words: Number(words) }]));
  if (orders.size > 1) throw new Error(`A request names ${orders.size} calls.`);
  return [...orders.values()][0];
}

/** The whole answer to a call: its id, words that are in no other answer, and a checksum over both. */
export function answerTo({ id, words }: Order): string {
  const body = Array.from({ length: words }, (_, index) => `w${id}.${index}`).join(' ');
  return `#${id} ${body} ${checksum(`#${id} ${body}`)}!`;
}

const checksum = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 12);
