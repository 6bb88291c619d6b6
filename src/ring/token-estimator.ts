import { estimateTokenCount } from 'tokenx';

import type { TokenUsage } from '../events.ts';
import type { CallOptions } from '../sdk.ts';

/** Output tokens of a call that states no limit, before any answer has shown how long they are. */
const FIRST_OUTPUT_GUESS = 256;
/** Weight of the newest answer in what is thought of the next. */
const NEWEST = 0.1;
/** What an image or file is taken for: OpenAI's vision guide counts 85 to 1,105 tokens for a common image. */
const TOKENS_PER_FILE = 765;

/** Estimates the tokens that a call will be charged, and learns from what answers report. */
export class TokenEstimator {
  #output = FIRST_OUTPUT_GUESS;
  #total: number | undefined;

  /** Tokens of a call as it usually is, for sharing out; `undefined` before any answer. */
  get usualTotal(): number | undefined {
    return this.#total;
  }

  /**
   * Input tokens, and the output cap, as Azure charges it in advance; without a cap, the usual output.
   *
   * @param isClose whether the text is looked at word by word, which takes longer.
   */
  estimate(options: CallOptions, isClose: boolean): number {
    const cap = options['maxOutputTokens'] ?? options['maxTokens'];
    const hasOutput = options['prompt'] !== undefined;
    // NaN is no number of tokens.
    const output = typeof cap === 'number' && cap >= 0 ? cap : this.#output;
    return inputTokens(options, isClose ? estimateTokenCount : roughTokenCount) + (hasOutput ? output : 0);
  }

  /** An answer has reported what was used. */
  learn({ outputTokens, totalTokens }: Omit<TokenUsage, 'inputTokens'>): void {
    if (outputTokens !== undefined) this.#output = blend(this.#output, outputTokens);
    if (totalTokens !== undefined) this.#total = blend(this.#total ?? totalTokens, totalTokens);
  }
}

const blend = (known: number, newest: number): number => known + (newest - known) * NEWEST;

/** Tokens of all text in a prompt, a list of values to embed, and tool definitions. */
const inputTokens = ({ prompt, values, tools }: CallOptions, count: CountTokens): number =>
  Math.ceil(tokensIn(prompt, count) + tokensIn(values, count) + tokensIn(tools, count));

type CountTokens = (text: string) => number;

/** OpenAI's rule of thumb for English: four characters a token. */
const roughTokenCount: CountTokens = (text) => text.length / 4;

/** A schema may refer to itself; what is nested deeper than this is not text that matters. */
const DEEPEST = 32;

function tokensIn(value: unknown, count: CountTokens, depth = 0): number {
  if (typeof value === 'string') return BASE64.test(value) ? TOKENS_PER_FILE : count(value);
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return 0;
  if (value instanceof Uint8Array || value instanceof URL) return TOKENS_PER_FILE;
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + tokensIn(item, count, depth + 1), 0);
  const part = value as Readonly<Record<string, unknown>>;
  if (FILES.has(part['type'])) return TOKENS_PER_FILE;
  let sum = 0;
  for (const key in part) {
    if (!OPTIONS.has(key)) sum += tokensIn(part[key], count, depth + 1);
  }
  return sum;
}

/** What holds a file, or refers to one, in prompts and in the results of tools, by the specifications v1 to v4. */
const FILES: ReadonlySet<unknown> = new Set([
  'file',
  'file-data',
  'file-id',
  'file-url',
  'image',
  'image-data',
  'image-file-id',
  'image-url',
  'media',
  'reasoning-file',
]);

/** A file that stands where a text may, such as the result of a tool that makes pictures. No text has so long a word. */
const BASE64 = /^(?:data:[^,]{0,200},)?[\w+/-]{2000}/;

/** Not sent as text. */
const OPTIONS = new Set(['providerOptions', 'providerMetadata', 'type', 'role', 'toolCallId']);
