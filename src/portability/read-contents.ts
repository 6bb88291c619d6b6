import type { CallOptions } from '../sdk.ts';
import { findSteps, type Step } from './find-steps.ts';
import { findFiles, findInOptions, findInTool } from './find-stored-references.ts';
import { type HostedTool, hostedTools } from './hosted-tools.ts';
import type { PromptMessage } from './prompt.ts';
import type { StoredReference } from './stored-references.ts';

/** What in a call matters when it goes to one endpoint or to another. */
export interface CallContents {
  readonly steps: readonly Step[];
  readonly references: readonly StoredReference[];
  readonly tools: readonly HostedTool[];
  /** The endpoint that the caller names: by its name, or by the mark that parts carry. */
  readonly named: string | undefined;
}

/** Of a call that means the same everywhere. */
export const NO_CONTENTS: CallContents = { steps: [], references: [], tools: [], named: undefined };

/**
 * Looks at a call once, whatever number of attempts it takes.
 *
 * @param isStateful whether endpoints store what is said. Files are uploaded for other models as well.
 */
export function readContents(options: CallOptions, isStateful: boolean): CallContents {
  const { providerOptions = {} } = options;
  const tools = hostedTools(options['tools']);
  const prompt = Array.isArray(options['prompt']) ? (options['prompt'] as readonly PromptMessage[]) : [];
  const steps = isStateful ? findSteps(prompt) : NO_CONTENTS.steps;
  const references = [
    ...findFiles(prompt),
    ...(isStateful ? [...findInOptions(providerOptions), ...tools.flatMap(findInTool)] : []),
  ];
  const endpoint = providerOptions['balanced']?.['endpoint'];
  const named = typeof endpoint === 'string' ? endpoint : undefined;
  const hasContents = steps.length > 0 || references.length > 0 || tools.length > 0;
  return hasContents || (isStateful && named !== undefined) ? { steps, references, tools, named } : NO_CONTENTS;
}
