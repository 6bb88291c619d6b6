import { generateText, streamText } from 'ai';
import type { BalancedMetadata, BalancedProvider } from 'ai-sdk-load-balancer';

import { endLine, sayPiece } from './terminal.ts';

export interface Workload {
  readonly modelId: string;
  readonly prompt: string;
  readonly calls: number;
  /** How many calls are under way together. */
  readonly atATime: number;
}

/** Makes calls. When one fails no other is started, and it rejects once all are over. */
export async function callMany(balanced: BalancedProvider, workload: Workload): Promise<void> {
  const { modelId, prompt, calls, atATime } = workload;
  let started = 0;
  const makeCalls = async (): Promise<void> => {
    while (started < calls) {
      started += 1;
      await generateText({ model: balanced(modelId), prompt }).catch((error: unknown) => {
        started = calls;
        throw error;
      });
    }
  };
  const outcomes = await Promise.allSettled(Array.from({ length: atATime }, makeCalls));
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

export interface StreamedAnswer extends BalancedMetadata {
  readonly text: string;
  readonly finishReason: string;
}

/** Streams one answer to the terminal as it comes. Rejects when it fails, or breaks off. */
export async function streamOne(
  balanced: BalancedProvider,
  { modelId, prompt }: Pick<Workload, 'modelId' | 'prompt'>,
): Promise<StreamedAnswer> {
  let text = '';
  let failure: unknown;
  const result = streamText({
    model: balanced(modelId),
    prompt,
    onError: ({ error }) => {
      failure = error;
    },
  });
  for await (const piece of result.textStream) {
    sayPiece(text === '' ? `\n   ${piece}` : piece.replaceAll('\n', '\n   '));
    text += piece;
  }
  endLine();
  if (failure !== undefined) throw failure;
  const metadata = await result.providerMetadata;
  return {
    text,
    finishReason: await result.finishReason,
    // To the AI SDK, any provider's metadata is just JSON.
    ...(metadata?.['balanced'] as unknown as BalancedMetadata),
  };
}
