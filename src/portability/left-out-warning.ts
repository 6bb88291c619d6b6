/** What can be left out of a prompt: parts of a type, calls of a tool, and approvals. What each means, a warning says. */
const SENTENCES = {
  reasoning: 'Reasoning that is encrypted for, or stored at, another endpoint was left out.',
  custom: 'A compaction that only another endpoint can read was left out; what the prompt still holds was sent.',
  tool_search: 'A tool search that another endpoint made was left out.',
  programmatic_tool_calling: 'A program that another endpoint wrote was left out; the calls that it made were kept.',
  approval: 'An approval was left out, since what it allows is not known for certain; the model may ask for it again.',
} as const;

export type LeftOut = keyof typeof SENTENCES;

/** Whether parts of a type, or calls of a tool, mean something only where they were made, and the model can do without. */
export const isLeftOut = (name: string): name is LeftOut => Object.hasOwn(SENTENCES, name);

/** A warning of a result, as specifications v2 to v4 have it. */
export interface Warning {
  readonly type: 'other';
  readonly message: string;
}

/** Warnings of what did not come along to another endpoint. */
export const leftOutWarnings = (leftOut: Iterable<LeftOut>, endpoint: string): readonly Warning[] =>
  Array.from(leftOut, (what) => ({
    type: 'other',
    message: `The conversation moved to endpoint "${endpoint}". ${SENTENCES[what]}`,
  }));
