import type { ResolvedAnswer } from '../answer.ts';
import { unnamedEvent, type StreamScript } from './stream-script.ts';

const usage = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 };

/** The legacy Completions API: text in, text out. */
export function completion(answer: ResolvedAnswer): object {
  return envelopeOf(answer, answer.textParts.join(''), answer.finishReason, usage);
}

export function completionStream(answer: ResolvedAnswer): StreamScript {
  const serverError = unnamedEvent({
    error: {
      message: 'The server had an error while processing your request. Sorry about that!',
      type: 'server_error',
      param: null,
      code: null,
    },
  });
  return {
    preamble: [unnamedEvent(envelopeOf(answer, '', null, null))],
    parts: answer.textParts.map((text) => unnamedEvent(envelopeOf(answer, text, null, null))),
    ending: [unnamedEvent(envelopeOf(answer, '', answer.finishReason, usage)), 'data: [DONE]\n\n'],
    errorEvent: serverError,
    nestedErrorEvent: serverError,
    failedEvent: serverError,
  };
}

function envelopeOf(answer: ResolvedAnswer, text: string, finishReason: string | null, tokens: typeof usage | null) {
  return {
    id: `cmpl-${answer.id}`,
    object: 'text_completion',
    created: 1_767_225_600,
    model: answer.model,
    choices: [{ text, index: 0, logprobs: null, finish_reason: finishReason }],
    ...(tokens && { usage: tokens }),
  };
}
