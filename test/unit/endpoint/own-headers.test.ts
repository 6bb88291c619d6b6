import { expect, it } from 'vitest';

import { withOwnHeaders } from '../../../src/endpoint/own-headers.ts';
import { VERSION } from '../../../src/version.ts';

it('the key and the headers of an endpoint go to URLs of its own alone', async () => {
  const sent: Headers[] = [];
  const send = withOwnHeaders(
    async (_, init) => {
      sent.push(new Headers(init?.headers));
      return new Response();
    },
    {
      header: 'authorization',
      secret: 'k-1',
      headers: { 'x-gateway-key': 'g-1' },
      prefixes: ['https://a.example/v1/'],
    },
  );

  await send('https://a.example/v1/images');
  await send('https://pictures.example/of-a-user.png', { headers: { accept: 'image/*' } });

  expect(sent.map((headers) => Object.fromEntries(headers))).toEqual([
    { authorization: 'Bearer k-1', 'user-agent': `ai-sdk-load-balancer/${VERSION}`, 'x-gateway-key': 'g-1' },
    { accept: 'image/*' },
  ]);
});
