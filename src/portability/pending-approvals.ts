import type { PromptMessage } from './prompt.ts';

/** Approvals that have been given, and on which nothing has been answered yet. */
export interface PendingApprovals {
  readonly ids: readonly string[];
  /** Index of the answer that asked for them. */
  readonly since: number;
}

/** Looks at no more than what comes after the last answer. */
export function pendingApprovals(prompt: readonly PromptMessage[]): PendingApprovals | undefined {
  const ids: string[] = [];
  let at = prompt.length - 1;
  for (; at >= 0 && prompt[at]?.role !== 'assistant'; at -= 1) {
    const { content } = prompt[at] as PromptMessage;
    if (typeof content === 'string') continue;
    for (const { type, approvalId, approved } of content) {
      // Not only `true`: what the SDK makes of it is not ours to say.
      if (type === 'tool-approval-response' && approved !== false) ids.push(approvalId as string);
    }
  }
  return ids.length === 0 ? undefined : { ids, since: at };
}
