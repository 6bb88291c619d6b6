import type { Options, PromptMessage, PromptPart } from './prompt.ts';

/** Every id that a call refers to. Needed only when an endpoint says that it does not know one. */
export function referenceIds(prompt: unknown, pinned: readonly string[]): ReadonlySet<string> {
  const ids = new Set(pinned);
  const add = (id: unknown): void => {
    // Short ones would be found in any message.
    if (typeof id === 'string' && id.length > 4) ids.add(id);
  };
  for (const { role, content } of (Array.isArray(prompt) ? prompt : []) as readonly PromptMessage[]) {
    if (typeof content === 'string' || (role !== 'assistant' && role !== 'tool')) continue;
    for (const part of content) idsOf(part, role, add);
  }
  return ids;
}

function idsOf(part: PromptPart, role: string, add: (id: unknown) => void): void {
  for (const key of ['openai', 'azure']) add(part.providerOptions?.[key]?.['itemId']);
  // What a provider executed is referred to by the id of its call.
  if (role === 'assistant' && part.type === 'tool-result') add(part['toolCallId']);
  add(part['approvalId']);
  const caller = part.providerOptions?.['openai']?.['caller'] as Options | undefined;
  add(caller?.['callerId']);
}
