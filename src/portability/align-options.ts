import type { OptionKeys } from '../deployment/option-keys.ts';
import { unbound } from './bound-options.ts';
import type { PromptMessage, PromptPart, ProviderOptions } from './prompt.ts';
import { mapChanged, withField } from './with-field.ts';

/**
 * Puts options where the model reads them, key by key; what stands under the endpoint's own key wins. Bound options are not copied:
 * an endpoint that knows them has written them under its own key.
 */
export function alignKeys<All extends ProviderOptions>(all: All, { read, own }: OptionKeys): All {
  const from = all[read === 'openai' ? 'azure' : 'openai'];
  const into = all[read];
  if (!from || from === into) return all;
  const copied = unbound(from);
  return { ...all, [read]: own === read ? { ...copied, ...into } : { ...into, ...copied } };
}

/** The prompt with the options of its messages and parts where the model reads them. The same array when nothing is to be changed. */
export const alignPrompt = (prompt: readonly PromptMessage[], keys: OptionKeys): readonly PromptMessage[] =>
  mapChanged(prompt, (message) => {
    const { content } = message;
    const aligned = typeof content === 'string' ? content : mapChanged(content, (part) => alignPart(part, keys));
    return alignOwn(withField(message, 'content', aligned), keys);
  });

function alignPart(part: PromptPart, keys: OptionKeys): PromptPart {
  const { type, output } = part;
  if (type !== 'tool-result' || output === undefined) return alignOwn(part, keys);
  // Parts within a tool's result have options of their own.
  const aligned =
    output.type === 'content'
      ? withField(
          output,
          'value',
          mapChanged(output['value'] as readonly PromptPart[], (item) => alignOwn(item, keys)),
        )
      : output;
  return alignOwn(withField(part, 'output', alignOwn(aligned, keys)), keys);
}

function alignOwn<Holder extends PromptMessage | PromptPart>(holder: Holder, keys: OptionKeys): Holder {
  const { providerOptions } = holder;
  return providerOptions ? withField(holder, 'providerOptions', alignKeys(providerOptions, keys)) : holder;
}
