import { isBound, isBoundResult, isUnaligned } from './bound-options.ts';
import type { PromptMessage, PromptPart, ProviderOptions } from './prompt.ts';

/** A message that refers to what an endpoint has stored, or encrypted. */
export interface Step {
  /** Where it is in the prompt. */
  readonly index: number;
  /** Mark of the endpoint that answered it; `undefined` when it has none, and `MIXED` when it has several. */
  readonly owner: string | undefined;
  /** The one key that all its references are written under: tells where they are from when there is no mark. */
  readonly writtenBy: 'openai' | 'azure' | undefined;
}

/** What a call's prompt holds that matters when it goes to one endpoint or to another. */
export interface PromptScan {
  readonly steps: readonly Step[];
  /** Mark of the endpoint that owns the latest of them. */
  readonly latestOwner: string | undefined;
  /** Whether all of them are text and calls of tools, which lose nothing when they are sent in full. */
  readonly isMovable: boolean;
  /** Messages with options that do not stand under both of the two keys. */
  readonly unaligned: readonly number[];
}

/** The owner of a message of which several endpoints have parts: it is no endpoint's mark. */
const MIXED = '';

const NOTHING: readonly never[] = [];
/** The scan of a prompt that means the same everywhere. */
export const NOTHING_FOUND: PromptScan = {
  steps: NOTHING,
  latestOwner: undefined,
  isMovable: true,
  unaligned: NOTHING,
};

/** Looks at every part. Runs for each call, so it allocates nothing unless it finds something. */
export function scanPrompt(prompt: readonly PromptMessage[]): PromptScan {
  let steps: Step[] | undefined;
  let unaligned: number[] | undefined;
  let owner: string | undefined;
  let latestOwner: string | undefined;
  let isMovable = true;
  for (const [index, message] of prompt.entries()) {
    if (isUnalignedMessage(message)) (unaligned ??= []).push(index);
    const step = readStep(message, index, owner);
    if (step === undefined) continue;
    (steps ??= []).push(step);
    owner = step.owner;
    isMovable &&= isMovableStep(message);
    if (owner !== undefined && owner !== MIXED) latestOwner = owner;
  }
  return steps === undefined && unaligned === undefined
    ? NOTHING_FOUND
    : { steps: steps ?? NOTHING, latestOwner, isMovable, unaligned: unaligned ?? NOTHING };
}

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
  return { index, owner: owner ?? (isTool ? before : undefined), writtenBy };
}

/** Whether the SDK refers to the part by its id, whatever options it has. */
function refers({ type, providerExecuted }: PromptPart, isTool: boolean): boolean {
  if (isTool) return type === 'tool-approval-response';
  // Results in the assistant's own message are of tools that the provider executed.
  return type === 'tool-result' || type === 'custom' || providerExecuted === true;
}

const isMovableStep = ({ content }: PromptMessage): boolean =>
  typeof content !== 'string' &&
  content.every(({ type, providerExecuted }) => type === 'text' || (type === 'tool-call' && providerExecuted !== true));

const isUnalignedMessage = (message: PromptMessage): boolean =>
  hasUnaligned(message) || (typeof message.content !== 'string' && message.content.some(isUnalignedPart));

/** Parts within a tool's result have options of their own. */
function isUnalignedPart(part: PromptPart): boolean {
  const output = part.type === 'tool-result' ? part.output : undefined;
  if (hasUnaligned(part)) return true;
  if (output === undefined) return false;
  const items = output.type === 'content' ? (output['value'] as readonly PromptPart[]) : [];
  return hasUnaligned(output) || items.some(hasUnaligned);
}

const hasUnaligned = ({
  providerOptions,
}: {
  readonly providerOptions?: ProviderOptions | null | undefined;
}): boolean =>
  providerOptions !== undefined &&
  providerOptions !== null &&
  isUnaligned(providerOptions['openai'], providerOptions['azure']);
