import type { CallOptions } from '../sdk.ts';
import { findStoredReferences } from './find-stored-references.ts';
import { type HostedTool, hostedTools } from './hosted-tools.ts';
import type { PromptMessage } from './prompt.ts';
import { NOTHING_FOUND, type PromptScan, scanPrompt } from './scan-prompt.ts';
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

/** Of a call that means the same everywhere. */
export const NO_CONTENTS: CallContents = { scan: NOTHING_FOUND, references: [], tools: [], named: undefined };

/** Looks at a call once, whatever number of attempts it takes. */
export function readContents(options: CallOptions, referring: Referring): CallContents {
  const tools = hostedTools(options['tools']);
  if (referring === 'nothing') return tools.length === 0 ? NO_CONTENTS : { ...NO_CONTENTS, tools };
  const prompt = Array.isArray(options['prompt']) ? (options['prompt'] as readonly PromptMessage[]) : [];
  const isStateful = referring === 'everything';
  const references = findStoredReferences(
    prompt,
    isStateful ? options.providerOptions : undefined,
    isStateful ? tools : [],
  );
  const scan = isStateful ? scanPrompt(prompt) : NOTHING_FOUND;
  const endpoint = options.providerOptions?.['balanced']?.['endpoint'];
  const named = typeof endpoint === 'string' ? endpoint : undefined;
  const hasContents = scan !== NOTHING_FOUND || references.length > 0 || tools.length > 0;
  return hasContents || (isStateful && named !== undefined) ? { scan, references, tools, named } : NO_CONTENTS;
}
