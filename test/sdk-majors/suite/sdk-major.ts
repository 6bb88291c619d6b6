/**
 * The one place of the suite that knows how the majors of the AI SDK differ: names, and the fields of parts.
 * Types are those of the newest major; the older ones have, under their own names, what the suite uses of them.
 */
import { createRequire } from 'node:module';

import * as ai from 'ai';
import type { BalancedProvider } from 'ai-sdk-load-balancer';

const { version } = createRequire(import.meta.url)('ai/package.json') as { version: string };

/** The major of the AI SDK that the suite runs on: 4, 5, 6 or 7. */
export const sdkMajor = Number.parseInt(version, 10);

const members: Readonly<Record<string, unknown>> = ai;

function memberNamed(...names: readonly string[]): unknown {
  const name = names.find((candidate) => members[candidate] !== undefined);
  if (name === undefined) throw new Error(`AI SDK ${version} has none of ${names.join(', ')}.`);
  return members[name];
}

export const generateImage = memberNamed('generateImage', 'experimental_generateImage') as typeof ai.generateImage;

export const transcribe = memberNamed('transcribe', 'experimental_transcribe') as typeof ai.transcribe;

export const generateSpeech = memberNamed('generateSpeech', 'experimental_generateSpeech') as typeof ai.generateSpeech;

/** Not before SDK 7. */
export const streamTranscribe = members['experimental_streamTranscribe'] as typeof ai.experimental_streamTranscribe;

/** A registry's embedding model: `textEmbeddingModel` up to SDK 5, `embeddingModel` from SDK 6 on. */
export function registeredEmbeddingModel(balanced: BalancedProvider, id: `balanced:${string}`) {
  const registry = ai.createProviderRegistry({ balanced });
  if ('embeddingModel' in registry) return registry.embeddingModel(id);
  const older = registry as { textEmbeddingModel(id: string): ai.EmbeddingModel };
  return older.textEmbeddingModel(id);
}

/** Two steps of a tool loop at the most. */
export const twoSteps = (sdkMajor === 4 ? { maxSteps: 2 } : { stopWhen: ai.stepCountIs(2) }) as {
  stopWhen: ReturnType<typeof ai.stepCountIs>;
};

/** A tool with one text input. SDK 4 reads its schema from `parameters`, the others from `inputSchema`. */
export function weatherTool(execute: (input: { city: string }) => Promise<string>) {
  const inputSchema = ai.jsonSchema<{ city: string }>({
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
    additionalProperties: false,
  });
  const settings = { description: 'The weather', inputSchema, parameters: inputSchema, execute };
  return ai.tool(settings);
}

/** Asks a model for a stream, as `streamText` does, so that a test holds the stream itself and can cancel it. */
export async function streamOf(
  model: ReturnType<BalancedProvider['languageModel']>,
  abortSignal?: AbortSignal,
): Promise<ReadableStream<object>> {
  const options = {
    prompt: [{ role: 'user' as const, content: [{ type: 'text' as const, text: 'Hello?' }] }],
    ...(abortSignal && { abortSignal }),
    // SDK 4 demands these; the others do not look at them.
    inputFormat: 'messages',
    mode: { type: 'regular' },
  };
  const { stream } = await model.doStream(options);
  return stream;
}
