import { isFiltered } from '../stream/stream-part.ts';
import type { CallOptions, CallResult, SdkLanguageModel, StreamResult } from '../sdk.ts';
import { conversationsWith } from '../portability/conversation.ts';
import type { BalancedModelOptions } from './balanced-model.ts';
import { generate } from './generate.ts';
import { mirror } from './mirror.ts';
import { streamAnswer } from './stream-answer.ts';

/** A language model that stands for a ring of them. */
export function createLanguageModel(parts: BalancedModelOptions<SdkLanguageModel>): SdkLanguageModel {
  const { ring, chain, context, templates } = parts;
  const { memory, events, settings } = context;
  const beginConversation = conversationsWith({
    rings: chain?.rings ?? [ring],
    memory,
    events,
    affinity: settings.statefulAffinity,
  });
  const generation = { ask, isFiltered: settings.failoverOn.has('content-filter') ? isEmptied : undefined };
  return mirror(parts, {
    ...(templates[0]?.supportsUrl && {
      // v1's way to say which URLs a model fetches by itself.
      supportsUrl: (url: URL) => templates.every((model) => model.supportsUrl?.(url) === true),
    }),
    doGenerate: (options: CallOptions): Promise<CallResult> => {
      const begun = beginConversation(options);
      return begun instanceof Promise
        ? begun.then((each) => generate(parts, options, generation, each))
        : generate(parts, options, generation, begun);
    },
    doStream: (options: CallOptions): Promise<StreamResult> => {
      const begun = beginConversation(options);
      return begun instanceof Promise
        ? begun.then((each) => streamAnswer(parts, options, each))
        : streamAnswer(parts, options, begun);
    },
  });
}

const ask = (model: SdkLanguageModel, options: CallOptions): PromiseLike<CallResult> => model.doGenerate(options);

/** Whether a content filter has left nothing of an answer. v1 has its parts in fields of their own. */
function isEmptied(result: CallResult): boolean {
  const { content, text, reasoning, toolCalls } = result;
  const parts = Array.isArray(content) ? content : [text, reasoning, toolCalls].filter(isSomething);
  return isFiltered(result) && parts.length === 0;
}

const isSomething = (value: unknown): boolean =>
  value !== undefined && value !== null && (value as { readonly length?: number }).length !== 0;
