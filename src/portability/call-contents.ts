import type { CallOptions } from '../sdk.ts';
import { findStoredReferences } from './find-stored-references.ts';
import { type HostedTool, hostedTools, type PromptMessage } from './prompt.ts';
import { isPlainPrompt, NOTHING_FOUND, type PromptScan, scanPrompt } from './scan-prompt.ts';
import type { StoredReference } from './stored-references.ts';

/** What prompts of a model can refer to: by the Responses API all that an endpoint stores, by the Chat API files. */
export type Referring = 'everything' | 'files' | 'nothing';

/** What in a call matters when it goes to one endpoint or to another. */
export interface CallContents {
  readonly scan: PromptScan;
  readonly references: readonly StoredReference[];
  readonly tools: readonly HostedTool[];
  /** The endpoint that the caller names: by its name, or by the mark that parts carry. */
  readonly named: string | undefined;
}

const NONE: readonly never[] = [];
/** Of a call that means the same everywhere. */
export const NO_CONTENTS: CallContents = { scan: NOTHING_FOUND, references: NONE, tools: NONE, named: undefined };

/** Looks at a call once, whatever number of attempts it takes. */
export function readContents(options: CallOptions, referring: Referring): CallContents {
  const tools = hostedTools(options['tools']);
  if (referring === 'nothing' && tools.length === 0) return NO_CONTENTS;
  const prompt = options['prompt'] as readonly PromptMessage[];
  const isStateful = referring === 'everything';
  const isPlain = referring === 'nothing' || !Array.isArray(prompt) || isPlainPrompt(prompt);
  const references = findStoredReferences(
    isPlain ? NONE : prompt,
    isStateful ? options.providerOptions : undefined,
    isStateful ? tools : NONE,
  );
  const scan = isPlain || !isStateful ? NOTHING_FOUND : scanPrompt(prompt);
  const named = namedEndpoint(options);
  const hasContents = scan !== NOTHING_FOUND || references.length > 0 || tools.length > 0;
  return hasContents || (isStateful && named !== undefined) ? { scan, references, tools, named } : NO_CONTENTS;
}

const namedEndpoint = ({ providerOptions }: CallOptions): string | undefined => {
  const endpoint = providerOptions?.['balanced']?.['endpoint'];
  return typeof endpoint === 'string' ? endpoint : undefined;
};
