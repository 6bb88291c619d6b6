import type { PromptPart } from './prompt.ts';

/** How a picture is written in a tool's result, which each specification does in its own way. */
const PICTURES: Readonly<Record<string, (data: string) => object>> = {
  v2: (data) => ({ type: 'media', data, mediaType: 'image/png' }),
  v3: (data) => ({ type: 'image-data', data, mediaType: 'image/png' }),
  v4: (data) => ({ type: 'file', data: { type: 'data', data }, mediaType: 'image/png' }),
};

/** The output of a tool that the provider executed, as the output of a function. */
export function hostedOutput(result: PromptPart, kind: string, specificationVersion: string): unknown {
  const output = result['output'] as {
    readonly type?: string;
    readonly value?: unknown;
    readonly reason?: unknown;
  };
  const picture = kind === 'image_generation' ? pictureIn(output.value) : undefined;
  // As JSON a picture would be a hundred thousand tokens of text.
  const write = picture === undefined ? undefined : PICTURES[specificationVersion];
  if (picture !== undefined && write !== undefined) return { type: 'content', value: [write(picture)] };
  return output.type === 'execution-denied' ? { type: 'text', value: denial(output.reason) } : output;
}

const pictureIn = (value: unknown): string | undefined => {
  const { result } = (value ?? {}) as { readonly result?: unknown };
  return typeof result === 'string' ? result : undefined;
};

/** The output of a call that the user did not allow, in the AI SDK's words. */
export const denial = (reason: unknown): string =>
  typeof reason === 'string' ? reason : 'Tool call execution denied.';
