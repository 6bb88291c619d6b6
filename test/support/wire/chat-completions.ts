import type { ResolvedAnswer } from '../answer.ts';
import { unnamedEvent, type StreamScript } from './stream-script.ts';

const usage = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 };

const serverError = {
  error: {
    message: 'The server had an error while processing your request. Sorry about that!',
    type: 'server_error',
    param: null,
    code: null,
  },
};

export function chatCompletion(answer: ResolvedAnswer): object {
  return {
    id: `chatcmpl-${answer.id}`,
    object: 'chat.completion',
    created: 1_767_225_600,
    model: answer.model,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: answer.textParts.length > 0 ? answer.textParts.join('') : null,
          refusal: null,
          ...(answer.toolCalls.length > 0 && { tool_calls: toolCallsOf(answer) }),
        },
        logprobs: null,
        finish_reason: answer.finishReason,
      },
    ],
    usage,
    system_fingerprint: null,
  };
}

export function chatCompletionStream(answer: ResolvedAnswer): StreamScript {
  const chunk = (delta: object, finishReason: string | null = null) =>
    unnamedEvent({
      ...envelopeOf(answer),
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
    });
  const toolCalls = toolCallsOf(answer).map((toolCall, index) => chunk({ tool_calls: [{ index, ...toolCall }] }));
  const options = answer.request.json['stream_options'];
  const wantsUsage = typeof options === 'object' && options !== null && 'include_usage' in options;
  return {
    preamble: [
      ...(answer.request.shape === 'azure' ? [promptFilterResults] : []),
      chunk({ role: 'assistant', content: '', refusal: null }),
    ],
    parts: [...answer.textParts.map((content) => chunk({ content })), ...toolCalls],
    ending: [
      chunk({}, answer.finishReason),
      ...(wantsUsage ? [unnamedEvent({ ...envelopeOf(answer), choices: [], usage })] : []),
      'data: [DONE]\n\n',
    ],
    errorEvent: unnamedEvent(serverError),
    nestedErrorEvent: unnamedEvent(serverError),
    failedEvent: unnamedEvent(serverError),
  };
}

/** Azure OpenAI starts every chat stream with an event that has no choices and no id. */
const promptFilterResults = unnamedEvent({
  choices: [],
  created: 0,
  id: '',
  model: '',
  object: '',
  prompt_filter_results: [{ prompt_index: 0, content_filter_results: {} }],
});

function envelopeOf(answer: ResolvedAnswer) {
  return {
    id: `chatcmpl-${answer.id}`,
    object: 'chat.completion.chunk',
    created: 1_767_225_600,
    model: answer.model,
    system_fingerprint: null,
  };
}

function toolCallsOf(answer: ResolvedAnswer) {
  return answer.toolCalls.map((toolCall, index) => ({
    id: `call_${answer.id}_${index}`,
    type: 'function',
    function: { name: toolCall.name, arguments: JSON.stringify(toolCall.arguments) },
  }));
}
