import type { CallOptions, CallResult, SdkLanguageModel } from '../sdk.ts';
import { type Conversation, conversationsWith } from '../portability/conversation.ts';
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
  const inConversation = <T>(options: CallOptions, run: (conversation: Conversation) => Promise<T>): Promise<T> => {
    const begun = beginConversation(options);
    return begun instanceof Promise ? begun.then(run) : run(begun);
  };
  return mirror(parts, {
    ...(templates[0]?.supportsUrl && {
      // v1's way to say which URLs a model fetches by itself.
      supportsUrl: (url: URL) => templates.every((model) => model.supportsUrl?.(url) === true),
    }),
    doGenerate: (options: CallOptions) => inConversation(options, (each) => generate(parts, options, ask, each)),
    doStream: (options: CallOptions) => inConversation(options, (each) => streamAnswer(parts, options, each)),
  });
}

const ask = (model: SdkLanguageModel, options: CallOptions): PromiseLike<CallResult> => model.doGenerate(options);
