import type { PromptMessage } from './prompt.ts';

/** Approvals that no answer follows. */
export interface PendingApprovals {
  readonly ids: readonly string[];
  /** Index of the answer that asked for them. */
  readonly since: number;
}

/** Finds them after the last answer; no other part of the prompt is looked at. */
export function pendingApprovals(prompt: readonly PromptMessage[]): PendingApprovals | undefined {
  const ids: string[] = [];
  let at = prompt.length - 1;
  for (; at >= 0 && prompt[at]?.role !== 'assistant'; at -= 1) {
    const { content } = prompt[at] as PromptMessage;
    if (typeof content === 'string') continue;
    for (const { type, approvalId, approved } of content) {
      // Not only `true`: the SDK may take other values for an approval.
      if (type === 'tool-approval-response' && approved !== false) ids.push(approvalId as string);
    }
  }
  return ids.length === 0 ? undefined : { ids, since: at };
}
