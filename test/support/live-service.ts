import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { Duplex } from 'node:stream';

import { onTestFinished } from 'vitest';

/** Sent to whatever asks for a WebSocket (RFC 6455, section 1.3). */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** One live session, as the service sees it. */
export interface LiveSession {
  readonly headers: IncomingHttpHeaders;
  readonly path: string;
  /** What the client has sent, as JSON, and waits for more of it. */
  readonly messages: Readonly<Record<string, unknown>>[];
  send(event: object): void;
  /** Ends it in order. */
  close(): void;
  /** Settles when the connection is gone. */
  readonly closed: Promise<unknown>;
}

/** A server on loopback for live sessions. `meet` hears of each message of a client; without it each session is refused with 401. */
export interface LiveService {
  readonly name: string;
  readonly baseURL: string;
  readonly sessions: readonly LiveSession[];
  /** Handshakes that were refused. */
  readonly refused: number;
  meet: ((session: LiveSession, message: Readonly<Record<string, unknown>>) => void) | undefined;
}

/** Starts one, for the length of the test that calls it. */
export async function startLiveService(name: string, meet: LiveService['meet']): Promise<LiveService> {
  const sessions: LiveSession[] = [];
  const server = createServer();
  const service = { name, baseURL: '', sessions, refused: 0, meet };
  server.on('upgrade', ({ headers, url }, socket) => {
    socket.on('error', () => undefined);
    if (service.meet === undefined) {
      service.refused += 1;
      socket.end('HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    const accept = createHash('sha1').update(`${headers['sec-websocket-key']}${GUID}`).digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: ${accept}\r\nsec-websocket-protocol: realtime\r\n\r\n`,
    );
    const session: LiveSession = {
      headers,
      path: url ?? '',
      messages: [],
      send: (event) => void socket.write(frame(1, Buffer.from(JSON.stringify(event)))),
      close: () => void socket.end(frame(8, Buffer.from([3, 232]))),
      closed: once(socket, 'close'),
    };
    sessions.push(session);
    readFrames(socket, (text) => {
      const message = JSON.parse(text) as Record<string, unknown>;
      session.messages.push(message);
      service.meet?.(session, message);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  service.baseURL = `http://127.0.0.1:${port}/v1`;
  return service;
}

/** A frame as servers send it: unmasked, in one piece. */
function frame(opcode: number, payload: Buffer): Buffer {
  const length = payload.length < 126 ? [payload.length] : [126, payload.length >> 8, payload.length & 255];
  return Buffer.concat([Buffer.from([128 | opcode, ...length]), payload]);
}

/** Reads what a client sends: masked, in one piece, shorter than 64 kB. */
function readFrames(socket: Duplex, onText: (text: string) => void): void {
  let buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    buffer = Buffer.concat([buffer, chunk]);
    while (buffer.length >= 2) {
      const short = buffer.readUInt8(1) & 127;
      const start = short === 126 ? 4 : 2;
      if (buffer.length < start + 4) return;
      const length = short === 126 ? buffer.readUInt16BE(2) : short;
      if (buffer.length < start + 4 + length) return;
      const opcode = buffer.readUInt8(0) & 15;
      const mask = buffer.subarray(start, start + 4);
      const payload = buffer
        .subarray(start + 4, start + 4 + length)
        .map((byte, index) => byte ^ mask.readUInt8(index % 4));
      buffer = buffer.subarray(start + 4 + length);
      if (opcode === 1) onText(Buffer.from(payload).toString());
      if (opcode === 8 && !socket.writableEnded) socket.end(frame(8, Buffer.from([3, 232])));
    }
  });
}
