import { chunk, eventsAndDone } from '../../../support/wire/wire-answers.ts';
import { good, retryable, type Row, row } from './row.ts';

const keepalive = { type: 'keepalive' };
const text = chunk({ content: 'Hello' });
const stop = chunk({}, 'stop');
const completed = (finishReason: string | null) => ({
  choices: [{ index: 0, text: 'Hello', finish_reason: finishReason }],
});

/** Streams with status 200 that go on, or end, in a way of their own. */
export const streamRows: readonly Row[] = [
  row('[DONE] without a finish reason', 'chat stream', eventsAndDone(text), good('Hello')),
  row('[DONE] without a finish reason', 'completion stream', eventsAndDone(completed(null)), good('Hello')),
  row('[DONE] without a finish reason after a keepalive', 'chat stream', eventsAndDone(text, keepalive), good('Hello')),
  row('[DONE] alone', ['chat stream', 'completion stream'], eventsAndDone(), retryable()),
  row('[DONE] after an empty text', 'chat stream', eventsAndDone(chunk({ content: '' })), retryable()),

  row('a keepalive first', 'chat stream', eventsAndDone(keepalive, text, stop), good('Hello')),
  row('a keepalive first', 'completion stream', eventsAndDone(keepalive, completed('stop')), good('Hello')),
  row('a keepalive in the middle', 'chat stream', eventsAndDone(text, keepalive, text, stop), good('HelloHello')),
  row('keepalives alone', 'chat stream', eventsAndDone(keepalive, keepalive), retryable()),
];
