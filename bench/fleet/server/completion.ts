import type { ServerResponse } from 'node:http';

import { answerPieces, type PlannedCall, promptTokens, wholeAnswer } from '../call-plan.ts';

/** Chat completions on the wire. */

const usageOf = (call: PlannedCall): object => ({
  prompt_tokens: promptTokens(call.prompt),
  completion_tokens: call.outputTokens,
  total_tokens: promptTokens(call.prompt) + call.outputTokens,
});

const common = (call: PlannedCall) => ({ id: `chatcmpl-${call.id}`, created: 1_700_000_000, model: 'gpt-4o' });

export const jsonAnswer = (call: PlannedCall): string =>
  JSON.stringify({
    ...common(call),
    object: 'chat.completion',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: wholeAnswer(call.id) },
        finish_reason: 'stop',
        logprobs: null,
      },
    ],
    usage: usageOf(call),
  });

const event = (call: PlannedCall, fields: object): string =>
  `data: ${JSON.stringify({ ...common(call), object: 'chat.completion.chunk', ...fields })}\n\n`;

const delta = (call: PlannedCall, content: object, finishReason: string | null = null): string =>
  event(call, { choices: [{ index: 0, delta: content, finish_reason: finishReason }] });

/** The events of a streamed answer: the opening one has no content, each in the middle one piece. */
export const streamEvents = (call: PlannedCall) => ({
  opening: delta(call, { role: 'assistant', content: '' }),
  pieces: answerPieces(call.id).map((piece) => delta(call, { content: piece })),
  closing: `${delta(call, {}, 'stop')}${event(call, { choices: [], usage: usageOf(call) })}data: [DONE]\n\n`,
});

export function sendError(
  outgoing: ServerResponse,
  status: number,
  error: { readonly message: string; readonly type: string; readonly code: string | null },
  headers: Readonly<Record<string, string>> = {},
): void {
  outgoing.writeHead(status, { 'content-type': 'application/json', ...headers });
  outgoing.end(JSON.stringify({ error: { param: null, ...error } }));
}
