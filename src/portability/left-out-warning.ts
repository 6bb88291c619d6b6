/** What can be left out of a prompt. */
export type LeftOut = 'reasoning' | 'compaction' | 'tool search' | 'program' | 'approval';

/** A warning of a result, as specifications v2 to v4 have it. */
export interface Warning {
  readonly type: 'other';
  readonly message: string;
}

const SENTENCES: Readonly<Record<LeftOut, string>> = {
  reasoning: 'Reasoning that is encrypted for, or stored at, another endpoint was left out.',
  compaction: 'A compaction that only another endpoint can read was left out; what the prompt still holds was sent.',
  'tool search': 'A tool search that another endpoint made was left out.',
  program: 'A program that another endpoint wrote was left out; the calls that it made were kept.',
  approval: 'An approval was left out, since what it allows is not known for certain; the model may ask for it again.',
};

/** Warnings of what did not come along to another endpoint. */
export const leftOutWarnings = (leftOut: Iterable<LeftOut>, endpoint: string): readonly Warning[] =>
  Array.from(leftOut, (what) => ({
    type: 'other' as const,
    message: `The conversation moved to endpoint "${endpoint}". ${SENTENCES[what]}`,
  }));
