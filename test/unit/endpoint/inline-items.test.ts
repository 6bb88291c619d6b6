import { describe, expect, it } from 'vitest';

import { inlineItemsHeader, withInlineItems } from '../../../src/endpoint/inline-items.ts';
import { withOwnHeaders } from '../../../src/endpoint/own-headers.ts';

const request = { type: 'mcp_approval_request', id: 'mcpr_1', name: 'remove', arguments: '{"what":"Ärger"}' };
const answer = { type: 'mcp_approval_response', approval_request_id: 'mcpr_1', approve: true };
const reference = { type: 'item_reference', id: 'mcpr_1' };
const others = [
  { type: 'item_reference', id: 'rs_1' },
  { role: 'user', content: 'Hello?' },
];

/** What arrives when a request is sent with items in full. */
async function sendThrough(input: readonly object[], headers: HeadersInit): Promise<RequestInit & { body: string }> {
  let sent: RequestInit | undefined;
  const send = withInlineItems(async (_, init) => {
    sent = init;
    return new Response();
  });
  const own = { header: 'authorization', secret: 'any', headers: {}, prefixes: ['https://any.example/'] } as const;
  await withOwnHeaders(send, own)('https://any.example/v1', {
    method: 'POST',
    headers,
    body: JSON.stringify({ model: 'gpt-5', input }),
  });
  return sent as RequestInit & { body: string };
}

const items = inlineItemsHeader(new Map([['mcpr_1', request]]));

describe('a request whose items are to be sent in full', () => {
  it.each([
    ['a plain object', items],
    ['Headers', new Headers(items)],
    ['a list', Object.entries(items)],
  ] as const)('has them before what answers them, with headers as %s', async (_, headers) => {
    const { body } = await sendThrough([...others, reference, answer], headers);

    expect(JSON.parse(body)).toEqual({ model: 'gpt-5', input: [...others, request, answer] });
  });

  it('has them also where the SDK refers to nothing', async () => {
    const { body } = await sendThrough([answer], items);

    expect(JSON.parse(body)).toEqual({ model: 'gpt-5', input: [request, answer] });
  });

  it('keeps its other headers, and not the one that carried them', async () => {
    const { headers } = await sendThrough([answer], { ...items, 'x-tag': 'any' });

    expect(Object.keys(headers ?? {})).toEqual(['authorization', 'user-agent', 'x-tag']);
  });
});

it('a request without items in full is handed on as it is', async () => {
  const init = { method: 'POST', headers: { authorization: 'Bearer any' }, body: '{}' };
  const sent: unknown[] = [];
  const send = withInlineItems(async (...args) => {
    sent.push(args);
    return new Response();
  });

  await send('https://any.example', init);

  expect(sent).toEqual([['https://any.example', init]]);
  expect((sent[0] as readonly unknown[])[1]).toBe(init);
});
