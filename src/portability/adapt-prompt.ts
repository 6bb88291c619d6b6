import { alignKeys } from './bound-options.ts';
import { inlineStep, type InlineContext } from './inline-steps.ts';
import type { OptionKeys } from '../deployment/option-keys.ts';
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
  change: PromptChange,
): readonly PromptMessage[] {
  const foreign = scan.steps.filter(change.isForeign);
  const { unaligned } = scan;
  if (foreign.length === 0 && unaligned.length === 0) return prompt;
  const lastAnswer = prompt.findLastIndex(({ role }) => role === 'assistant');
  let isChanged = false;
  const adapted: PromptMessage[] = [];
  // Both lists are in the order of the prompt.
  let nextForeign = 0;
  let nextUnaligned = 0;
  for (let index = 0; index < prompt.length; index += 1) {
    const original = prompt[index] as PromptMessage;
    const isUnaligned = unaligned[nextUnaligned] === index;
    const isForeign = foreign[nextForeign]?.index === index;
    if (isUnaligned) nextUnaligned += 1;
    if (isForeign) nextForeign += 1;
    // Keys first: a message that was inlined has lost the options that tell them.
    const message = isUnaligned ? alignMessage(original, change.keys) : original;
    if (isForeign) adapted.push(...inlineStep(message, change.inline, index >= lastAnswer));
    else adapted.push(message);
    isChanged ||= isForeign || message !== original;
  }
  return isChanged ? adapted : prompt;
}

/** A message whose options stand where the model reads them. */
function alignMessage(message: PromptMessage, keys: OptionKeys): PromptMessage {
  const { content, providerOptions } = message;
  const mapped = mapAt(providerOptions, keys);
  const parts = typeof content === 'string' ? content : mapChanged(content, (part) => alignPart(part, keys));
  return mapped === providerOptions && parts === content
    ? message
    : { ...message, content: parts, providerOptions: mapped };
}

function alignPart(part: PromptPart, keys: OptionKeys): PromptPart {
  const providerOptions = mapAt(part.providerOptions, keys);
  const output = part.type === 'tool-result' ? alignOutput(part['output'] as PromptPart, keys) : part['output'];
  if (providerOptions === part.providerOptions && output === part['output']) return part;
  return { ...part, providerOptions, ...(output === undefined ? undefined : { output }) };
}

/** Parts within a tool's result have options of their own. */
function alignOutput(output: PromptPart, keys: OptionKeys): PromptPart {
  const providerOptions = mapAt(output.providerOptions, keys);
  const value =
    output.type === 'content'
      ? mapChanged(output['value'] as readonly PromptPart[], (item) => alignPart(item, keys))
      : output['value'];
  if (providerOptions === output.providerOptions && value === output['value']) return output;
  return { ...output, value, ...(providerOptions === undefined ? undefined : { providerOptions }) };
}

const mapAt = (options: ProviderOptions | undefined, keys: OptionKeys): ProviderOptions | undefined =>
  options === undefined || options === null ? options : alignKeys(options, keys);

/** The same array when no item changes. */
function mapChanged<Item>(items: readonly Item[], map: (item: Item) => Item): readonly Item[] {
  const mapped = items.map(map);
  return mapped.some((item, index) => item !== items[index]) ? mapped : items;
}
