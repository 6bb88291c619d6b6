import type { Answer, ResolvedAnswer } from '../answer.ts';
import { chatCompletion, chatCompletionStream } from './chat-completions.ts';
import { completion, completionStream } from './completions.ts';
import { embeddings } from './embeddings.ts';
import { images, transcription } from './media.ts';
import { response, responseStream } from './responses.ts';
import type { StreamScript } from './stream-script.ts';

/** The answer as the stream of the API that was called. */
export function streamScriptOf(answer: ResolvedAnswer): StreamScript {
  if (answer.request.operation === 'responses') return responseStream(answer);
  if (answer.request.operation === 'completions') return completionStream(answer);
  return chatCompletionStream(answer);
}

/** The answer as the one JSON document of the API that was called. */
export function documentOf(serviceName: string, wanted: Answer, answer: ResolvedAnswer): object {
  switch (answer.request.operation) {
    case 'responses':
      return response(answer);
    case 'completions':
      return completion(answer);
    case 'embeddings':
      return embeddings(answer.request, wanted.dimensions);
    case 'images':
      return images(serviceName, answer.request);
    case 'transcriptions':
      return transcription(answer.textParts.join(''));
    default:
      return chatCompletion(answer);
  }
}
