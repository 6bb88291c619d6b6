import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

import { resolveAnswer, type Answer, type ResolvedAnswer } from './answer.ts';
import type { Behaviour, Interruption, Position } from './behaviour.ts';
import { errorBody } from './error-bodies.ts';
import type { ReceivedRequest } from './received-request.ts';
import { speech } from './wire/media.ts';
import { failedResponse } from './wire/responses.ts';
import { malformedEvent, type StreamScript } from './wire/stream-script.ts';
import { documentOf, streamScriptOf } from './wire/wire-format.ts';

type AnswerBehaviour = Extract<Behaviour, { kind: 'answer' }>;
type InterruptedBehaviour = Extract<Behaviour, { kind: 'interrupted' }>;

/** A request and the means to answer it. */
export interface Exchange {
  readonly serviceName: string;
  readonly request: ReceivedRequest;
  readonly outgoing: ServerResponse;
  /** Resets the connection. */
  readonly cut: () => void;
}

/** Does to one exchange what its behaviour says. It settles when nothing more will be sent. */
export async function playBehaviour(behaviour: Behaviour, exchange: Exchange): Promise<void> {
  const { request, outgoing } = exchange;
  switch (behaviour.kind) {
    case 'answer':
      await behaviour.heldUntil;
      return playAnswer(behaviour, exchange);
    case 'interrupted':
      return playInterrupted(behaviour, exchange);
    case 'status': {
      const { status, headers, body, code } = behaviour;
      outgoing.writeHead(status, { 'content-type': 'application/json', ...headers });
      outgoing.end(body ?? errorBody(request.shape, status, code));
      return;
    }
    case 'body':
      outgoing.writeHead(200, { 'content-type': behaviour.contentType });
      outgoing.end(behaviour.body);
      return;
    case 'reset':
      return exchange.cut();
    case 'hang':
      return;
  }
}

async function playAnswer(behaviour: AnswerBehaviour, { serviceName, request, outgoing }: Exchange): Promise<void> {
  const answer = resolveAnswer(serviceName, behaviour.answer, request);
  if (!request.streaming) {
    return sendWhole(serviceName, behaviour.answer, answer, outgoing, behaviour.headers);
  }
  const script = streamScriptOf(answer);
  startStream(outgoing, behaviour.headers);
  await send(outgoing, script.preamble);
  for (const [index, part] of script.parts.entries()) {
    if (behaviour.partDelayMs !== undefined) await wait(behaviour.partDelayMs);
    if (index === 1) await behaviour.restHeldUntil;
    await send(outgoing, [part]);
  }
  await send(outgoing, script.ending);
  outgoing.end();
}

function sendWhole(
  serviceName: string,
  wanted: Answer,
  answer: ResolvedAnswer,
  outgoing: ServerResponse,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (answer.request.operation === 'speech') {
    outgoing.writeHead(200, { 'content-type': 'audio/mpeg', ...headers });
    outgoing.end(speech(serviceName));
    return;
  }
  outgoing.writeHead(200, { 'content-type': 'application/json', ...headers });
  outgoing.end(JSON.stringify(documentOf(serviceName, wanted, answer)));
}

async function playInterrupted({ at, by, text }: InterruptedBehaviour, exchange: Exchange): Promise<void> {
  const { serviceName, request, outgoing } = exchange;
  const wanted: Answer = text === undefined ? {} : { text };
  const answer = resolveAnswer(serviceName, wanted, request);
  if (request.streaming) {
    const script = streamScriptOf(answer);
    startStream(outgoing);
    await send(outgoing, eventsUpTo(script, at));
    return interrupt(exchange, by, script);
  }
  const failed = by === 'failed-event' && request.operation === 'responses';
  const json = JSON.stringify(failed ? failedResponse(answer) : documentOf(serviceName, wanted, answer));
  outgoing.writeHead(200, { 'content-type': 'application/json' });
  outgoing.flushHeaders();
  await send(outgoing, [failed ? json : json.slice(0, at === 'headers' ? 0 : json.length / 2)]);
  return interrupt(exchange, by === 'reset' || by === 'hang' ? by : 'end');
}

async function interrupt({ outgoing, cut }: Exchange, by: Interruption, script?: StreamScript): Promise<void> {
  switch (by) {
    case 'hang':
      return;
    case 'reset':
      // A reset may discard what still waits in the kernel's buffers: the reader gets a moment to take it.
      await wait(20);
      return cut();
    case 'error-event':
      await send(outgoing, [script?.errorEvent ?? '']);
      break;
    case 'nested-error-event':
      await send(outgoing, [script?.nestedErrorEvent ?? '']);
      break;
    case 'failed-event':
      await send(outgoing, [script?.failedEvent ?? '']);
      break;
    case 'malformed-event':
      await send(outgoing, [malformedEvent]);
      break;
    case 'end':
      break;
  }
  outgoing.end();
}

function startStream(outgoing: ServerResponse, headers: Readonly<Record<string, string>> = {}) {
  outgoing.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', ...headers });
  outgoing.flushHeaders();
}

/** Sends events one by one, each in its own write, and stops when the client has gone. */
async function send(outgoing: ServerResponse, events: readonly string[]): Promise<void> {
  for (const event of events) {
    if (outgoing.destroyed || event === '') return;
    if (!outgoing.write(event)) {
      await Promise.race([once(outgoing, 'drain'), once(outgoing, 'close')]);
    }
  }
}

function eventsUpTo(script: StreamScript, at: Position): readonly string[] {
  if (at === 'headers') return [];
  return at === 'preamble' ? script.preamble : [...script.preamble, ...script.parts.slice(0, at)];
}
