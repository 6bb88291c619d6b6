import { generateText, type LanguageModel, streamText } from 'ai';

import { CALL_HEADER, type PlannedCall, wholeAnswer } from '../call-plan.ts';
import type { CallRecord } from '../records.ts';

/** Makes one planned call as an application does, and records what its user sees. */
export async function makeCall(
  model: LanguageModel,
  call: PlannedCall,
  {
    isStream,
    deadlineMs,
    maxRetries,
    now,
  }: {
    readonly isStream: boolean;
    readonly deadlineMs: number;
    readonly maxRetries?: number | undefined;
    readonly now: () => number;
  },
): Promise<CallRecord> {
  const options = {
    model,
    prompt: call.prompt,
    maxOutputTokens: call.maxTokens,
    // The user's patience counts from when the call was to be made.
    abortSignal: AbortSignal.timeout(Math.max(0, call.atMs + deadlineMs - now())),
    headers: { [CALL_HEADER]: String(call.id) },
    ...(maxRetries !== undefined && { maxRetries }),
    providerOptions: {
      ...(call.cacheKey !== undefined && { openai: { promptCacheKey: call.cacheKey } }),
      ...(call.urgency !== undefined && { balanced: { urgency: call.urgency } }),
    },
  };
  let text = '';
  let firstContentAtMs: number | undefined;
  let error: unknown;
  try {
    if (isStream) {
      const result = streamText({ ...options, onError: () => undefined });
      for await (const part of result.fullStream) {
        if (part.type === 'text-delta' && part.text !== '') {
          firstContentAtMs ??= now();
          text += part.text;
        } else if (part.type === 'error') {
          error ??= part.error;
        } else if (part.type === 'abort') {
          error ??= options.abortSignal.reason;
        } else if (part.type === 'finish' && part.finishReason !== 'stop') {
          error ??= new Error(`finished: ${part.finishReason}`);
        }
      }
    } else {
      const result = await generateText(options);
      text = result.text;
      firstContentAtMs = now();
      if (result.finishReason !== 'stop') error = new Error(`finished: ${result.finishReason}`);
    }
  } catch (thrown) {
    error = thrown;
  }
  const isWhole = text === wholeAnswer(call.id);
  return {
    callId: call.id,
    firstContentAtMs,
    endedAtMs: now(),
    outcome: error !== undefined ? 'failed' : isWhole ? 'answered' : 'wrong',
    text: isWhole ? '' : text,
    error: error === undefined ? undefined : describe(error),
  };
}

/** Enough to tell failures apart, without the service's words. */
function describe(error: unknown): string {
  if (!(error instanceof Error) && !(error instanceof DOMException)) return String(error);
  const status = 'statusCode' in error && error.statusCode !== undefined ? ` ${JSON.stringify(error.statusCode)}` : '';
  const cause = 'lastError' in error ? ` (${describe(error.lastError)})` : '';
  return `${error.name}${status}: ${error.message.slice(0, 80)}${cause}`;
}
