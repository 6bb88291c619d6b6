import type { Attempt } from '../call/attempt.ts';
import { BalancedCall } from '../call/balanced-call.ts';
import { type Conversation, conversationsWith } from '../portability/conversation.ts';
import { FailoverStream } from '../stream/failover-stream.ts';
import { type OpeningObserver, type OpenStream, openStream } from '../stream/open-stream.ts';
import { isFiltered } from '../stream/stream-part.ts';
import {
  type CallOptions,
  type CallResult,
  responseHeaders,
  type SdkLanguageModel,
  type StreamPart,
  type StreamResult,
} from '../sdk.ts';
import { type BalancedModelParts, ownProperties } from './balanced-model.ts';
import { generate } from './generate.ts';
import { withMetadata } from './balanced-metadata.ts';
import { mirror } from './mirror.ts';
import { supportedUrls } from './supported-urls.ts';

/** A language model that stands for a ring of them. */
export function createLanguageModel(parts: BalancedModelParts<SdkLanguageModel>): SdkLanguageModel {
  const { ring, context, templates } = parts;
  const { memory, events, settings } = context;
  const beginConversation = conversationsWith({ ring, memory, events, affinity: settings.statefulAffinity });
  return mirror(templates, {
    ...ownProperties(parts),
    ...supportedUrls(templates),
    doGenerate: (options: CallOptions): Promise<CallResult> =>
      generate(parts, options, {
        ask: (model, attemptOptions) => model.doGenerate(attemptOptions),
        conversation: beginConversation(options),
        isFiltered: settings.failoverOn.has('content-filter') ? isEmptied : undefined,
      }),

    doStream: (options: CallOptions): Promise<StreamResult> =>
      streamWithFailover(parts, options, beginConversation(options)),
  });
}

/** Whether a content filter has left nothing of an answer. v1 has its parts in fields of their own. */
function isEmptied(result: CallResult): boolean {
  const { content, text, reasoning, toolCalls } = result;
  const parts = Array.isArray(content) ? content : [text, reasoning, toolCalls].filter(isSomething);
  return isFiltered(result) && parts.length === 0;
}

const isSomething = (value: unknown): boolean =>
  value !== undefined && value !== null && (value as { readonly length?: number }).length !== 0;

async function streamWithFailover(
  { ring, context, modelAt }: BalancedModelParts<SdkLanguageModel>,
  options: CallOptions,
  conversation: Conversation,
): Promise<StreamResult> {
  const call = new BalancedCall(ring, options, context, true, conversation);
  const { metadata, timeout, failoverOn } = context.settings;
  const failsOnFiltered = failoverOn.has('content-filter');
  let current: StreamResult | undefined;
  let tellOpened: () => void;
  const hasOpened = new Promise<void>((resolve) => {
    tellOpened = resolve;
  });
  const pings: { listener?: (part: StreamPart) => void } = {};
  const observer: OpeningObserver = {
    opened: (result) => {
      current = result;
      tellOpened();
    },
    pinged: (part) => pings.listener?.(part),
  };
  const ask = async (attempt: Attempt): Promise<OpenStream> => {
    const { deployment, signal } = attempt;
    const adapted = conversation.optionsFor(deployment);
    const result = modelAt(deployment).doStream(
      signal === adapted.abortSignal ? adapted : { ...adapted, abortSignal: signal },
    );
    const open = await openStream(attempt, result, observer, failsOnFiltered);
    call.gotContent(attempt, responseHeaders(open.result));
    return open;
  };
  const answer = call.answer(ask, (answered) => answered);
  // Of two that come to content at once, one has lost.
  const settled = answer.then(({ answer: open }) => {
    current = open.result;
  });
  // The stream is there before its content: what fails in between fails over inside it.
  await Promise.race([hasOpened, settled]);
  const source = new FailoverStream({
    call,
    answer,
    clock: context.clock,
    idleMs: timeout.idleMs,
    carryBack: (part, { deployment }) => conversation.toPart(part, deployment),
    finish: (part, attempt) =>
      withMetadata(
        part,
        metadata ? { endpoint: attempt.deployment.endpoint.name, attempts: call.attemptCount } : undefined,
      ),
  });
  pings.listener = (part) => source.ping(part);
  // Nothing is read ahead after the first content: the timing of a reader is not ours to change.
  return asResult(() => current as StreamResult, new ReadableStream<StreamPart>(source, { highWaterMark: 0 }));
}

/** Objects in a stream's result that say which attempt it came from; it may fail over until its first content. */
const LATE_FIELDS = ['response', 'rawResponse', 'request'] as const;

/** The result of `doStream`. The AI SDK copies its fields early, but reads what is inside these late. */
function asResult(current: () => StreamResult, stream: ReadableStream<StreamPart>): StreamResult {
  const result: Record<string, unknown> & { stream: ReadableStream<StreamPart> } = { ...current(), stream };
  for (const field of LATE_FIELDS) {
    const first = current()[field];
    if (typeof first !== 'object' || first === null) continue;
    const late = {};
    for (const key of Object.keys(first)) {
      const get = (): unknown => (current()[field] as Readonly<Record<string, unknown>> | undefined)?.[key];
      Object.defineProperty(late, key, { get, enumerable: true });
    }
    result[field] = late;
  }
  return result;
}
