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
  /** Messages with options that do not stand under both of the two keys. */
  readonly unaligned: readonly number[];
}

/** The owner of a message of which several endpoints have parts: it is no endpoint's mark. */
const MIXED = '';

const NOTHING: readonly never[] = [];
/** The scan of a prompt that means the same everywhere. */
export const NOTHING_FOUND: PromptScan = { steps: NOTHING, latestOwner: undefined, unaligned: NOTHING };

/** Looks at every part. Runs for each call, so it allocates nothing unless it finds something. */
export function scanPrompt(prompt: readonly PromptMessage[]): PromptScan {
  let steps: Step[] | undefined;
  let unaligned: number[] | undefined;
  let owner: string | undefined;
  let latestOwner: string | undefined;
  for (let index = 0; index < prompt.length; index += 1) {
    const message = prompt[index] as PromptMessage;
    if (isUnalignedMessage(message)) (unaligned ??= []).push(index);
    if (message.role !== 'assistant' && message.role !== 'tool') continue;
    const step = readStep(message, index, owner);
    if (step === undefined) continue;
    (steps ??= []).push(step);
    owner = step.owner;
    if (owner !== undefined && owner !== MIXED) latestOwner = owner;
  }
  return steps === undefined && unaligned === undefined
    ? NOTHING_FOUND
    : { steps: steps ?? NOTHING, latestOwner, unaligned: unaligned ?? NOTHING };
}

/** Whether a prompt is nothing but text without options, as most chats are. Costs a few nanoseconds a message. */
export function isPlainPrompt(prompt: readonly PromptMessage[]): boolean {
  for (let index = 0; index < prompt.length; index += 1) {
    const { content, providerOptions } = prompt[index] as PromptMessage;
    if (providerOptions !== undefined) return false;
    if (typeof content === 'string') continue;
    // Nearly every message has one part. A loop would cost more than this look at the first.
    const first = content[0];
    if (first === undefined) continue;
    if (first.type !== 'text' || first.providerOptions !== undefined) return false;
    for (let at = 1; at < content.length; at += 1) {
      const part = content[at] as PromptPart;
      if (part.type !== 'text' || part.providerOptions !== undefined) return false;
    }
  }
  return true;
}

/** @param before owner of the step before: approvals answer it, and carry no mark of their own. */
function readStep(message: PromptMessage, index: number, before: string | undefined): Step | undefined {
  const holdsReference = message.role === 'tool' ? isBoundResult : isBound;
  let isReference = false;
  let owner: string | undefined;
  let underOpenai = false;
  let underAzure = false;
  const content = message.content as readonly PromptPart[];
  const isTool = message.role === 'tool';
  for (let at = 0; at < content.length; at += 1) {
    const part = content[at] as PromptPart;
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
  return { index, owner: owner ?? (message.role === 'tool' ? before : undefined), writtenBy };
}

/** Whether the SDK refers to the part by its id, whatever options it has. */
function refers(part: PromptPart, isTool: boolean): boolean {
  if (part.type === 'text') return false;
  if (isTool) return part.type === 'tool-approval-response';
  // Results in the assistant's own message are of tools that the provider executed.
  return part.type === 'tool-result' || part.type === 'custom' || part['providerExecuted'] === true;
}

function isUnalignedMessage({ content, providerOptions }: PromptMessage): boolean {
  if (isUnalignedIn(providerOptions)) return true;
  if (typeof content === 'string') return false;
  for (let at = 0; at < content.length; at += 1) {
    const part = content[at] as PromptPart;
    if (part.providerOptions !== undefined && isUnalignedIn(part.providerOptions)) return true;
    if (part.type === 'tool-result' && isOutputUnaligned(part['output'])) return true;
  }
  return false;
}

/** Parts within a tool's result have options of their own. */
function isOutputUnaligned(output: unknown): boolean {
  const { type, value, providerOptions } = output as {
    readonly type?: string;
    readonly value?: readonly PromptPart[];
    readonly providerOptions?: ProviderOptions;
  };
  if (isUnalignedIn(providerOptions)) return true;
  return type === 'content' && value?.some((item) => isUnalignedIn(item.providerOptions)) === true;
}

const isUnalignedIn = (options: ProviderOptions | undefined | null): boolean =>
  options !== undefined && options !== null && isUnaligned(options['openai'], options['azure']);
