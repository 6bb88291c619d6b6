import { createServer } from 'node:net';

/** A base URL whose host no resolver knows: `.invalid` is reserved for that (RFC 6761). */
export const unknownHostBaseURL = 'http://x.invalid/v1';

/** A base URL on a loopback port that was free a moment ago: connections to it are refused. */
export async function refusedBaseURL(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (address === null || typeof address === 'string') throw new Error('No port was assigned.');
  return `http://127.0.0.1:${address.port}/v1`;
}
