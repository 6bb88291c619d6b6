import { isBound, isBoundResult } from './bound-options.ts';
import type { PromptMessage, PromptPart } from './prompt.ts';

/** A message that refers to what an endpoint has stored, or encrypted. */
export interface Step {
  /** Where it is in the prompt. */
  readonly index: number;
  /** Mark of the endpoint that answered it; `undefined` when it has none, and `MIXED` when it has several. */
  readonly owner: string | undefined;
  /** The one key that all its references are written under: tells where they are from when there is no mark. */
  readonly writtenBy: 'openai' | 'azure' | undefined;
  /** Whether all of it is text and calls of tools, which lose nothing when they are sent in full. */
  readonly isMovable: boolean;
}

/** The owner of a message of which several endpoints have parts: it is no endpoint's mark. */
const MIXED = '';

/** Looks at every part, for each call: makes nothing for what it does not find. */
export function findSteps(prompt: readonly PromptMessage[]): readonly Step[] {
  const steps: Step[] = [];
  for (const [index, message] of prompt.entries()) {
    const step = readStep(message, index, steps.at(-1)?.owner);
    if (step !== undefined) steps.push(step);
  }
  return steps;
}

/** Mark of the endpoint that owns the latest step. */
export const latestOwner = (steps: readonly Step[]): string | undefined =>
  steps.findLast(({ owner }) => owner !== undefined && owner !== MIXED)?.owner;

/** @param before owner of the step before: approvals answer it, and carry no mark of their own. */
function readStep({ role, content }: PromptMessage, index: number, before: string | undefined): Step | undefined {
  const isTool = role === 'tool';
  if ((!isTool && role !== 'assistant') || typeof content === 'string') return undefined;
  const holdsReference = isTool ? isBoundResult : isBound;
  let isReference = false;
  let owner: string | undefined;
  let underOpenai = false;
  let underAzure = false;
  for (const part of content) {
    const options = part.providerOptions;
    if (refers(part, isTool)) isReference = true;
    if (options === undefined || options === null) continue;
    if (holdsReference(options['openai'])) underOpenai = isReference = true;
    if (holdsReference(options['azure'])) underAzure = isReference = true;
    const mark = options['balanced']?.['endpoint'];
    if (typeof mark === 'string' && mark !== owner) owner = owner === undefined ? mark : MIXED;
  }
  if (!isReference) return undefined;
  const writtenBy = underOpenai === underAzure ? undefined : underOpenai ? 'openai' : 'azure';
  return { index, owner: owner ?? (isTool ? before : undefined), writtenBy, isMovable: content.every(isMovable) };
}

/** Whether the SDK refers to the part by its id, whatever options it has. */
function refers({ type, providerExecuted }: PromptPart, isTool: boolean): boolean {
  if (isTool) return type === 'tool-approval-response';
  // Results in the assistant's own message are of tools that the provider executed.
  return type === 'tool-result' || type === 'custom' || providerExecuted === true;
}

const isMovable = ({ type, providerExecuted }: PromptPart): boolean =>
  type === 'text' || (type === 'tool-call' && providerExecuted !== true);
