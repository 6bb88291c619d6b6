import type { OptionKeys } from '../deployment/option-keys.ts';
import { alignKeys } from './bound-options.ts';
import { inlineStep, type InlineContext } from './inline-steps.ts';
import type { PromptMessage, PromptPart, ProviderOptions } from './prompt.ts';
import type { PromptScan, Step } from './scan-prompt.ts';

/** How a prompt is to be changed for one endpoint. */
export interface PromptChange {
  readonly keys: OptionKeys;
  /** Whether the endpoint cannot resolve what a message refers to. */
  readonly isForeign: (step: Step) => boolean;
  readonly inline: InlineContext;
}

/** The prompt that means the same at another endpoint. The same array when nothing is to be changed. */
export function adaptPrompt(
  prompt: readonly PromptMessage[],
  scan: PromptScan,
  { keys, isForeign, inline }: PromptChange,
): readonly PromptMessage[] {
  const foreign = new Set(scan.steps.filter(isForeign).map(({ index }) => index));
  const unaligned = new Set(scan.unaligned);
  // Keys first: a message that was inlined has lost the options that tell them.
  const aligned =
    unaligned.size === 0
      ? prompt
      : mapChanged(prompt, (message, index) => (unaligned.has(index) ? alignMessage(message, keys) : message));
  if (foreign.size === 0) return aligned;
  const lastAnswer = prompt.findLastIndex(({ role }) => role === 'assistant');
  return aligned.flatMap((message, index) =>
    foreign.has(index) ? inlineStep(message, inline, index >= lastAnswer) : [message],
  );
}

/** A message whose options stand where the model reads them. */
function alignMessage(message: PromptMessage, keys: OptionKeys): PromptMessage {
  const { content } = message;
  const parts = typeof content === 'string' ? content : mapChanged(content, (part) => alignPart(part, keys));
  return align(message, keys, { content: parts });
}

function alignPart(part: PromptPart, keys: OptionKeys): PromptPart {
  const { type, output } = part;
  if (type !== 'tool-result' || output === undefined) return align(part, keys, {});
  // Parts within a tool's result have options of their own.
  const value =
    output.type === 'content'
      ? mapChanged(output['value'] as readonly PromptPart[], (item) => alignPart(item, keys))
      : output['value'];
  return align(part, keys, { output: align(output, keys, { value }) });
}

/** A message, part or output with its own options aligned, and with what it holds. The same object when nothing changes. */
function align<Holder extends { readonly providerOptions?: ProviderOptions | null | undefined }>(
  holder: Holder,
  keys: OptionKeys,
  held: Partial<Holder>,
): Holder {
  const options = holder.providerOptions;
  const providerOptions = options && alignKeys(options, keys);
  const isSame = Object.entries(held).every(([field, value]) => holder[field as keyof Holder] === value);
  if (isSame && providerOptions === options) return holder;
  return { ...holder, ...held, ...(providerOptions && { providerOptions }) };
}

/** The same array when no item changes. */
function mapChanged<Item>(items: readonly Item[], map: (item: Item, index: number) => Item): readonly Item[] {
  const mapped = items.map(map);
  return mapped.some((item, index) => item !== items[index]) ? mapped : items;
}
