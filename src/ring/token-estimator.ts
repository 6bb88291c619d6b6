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

  /** Input tokens, and the output cap, as Azure charges it in advance; without a cap, the usual output. */
  estimate(options: CallOptions): number {
    const cap = options['maxOutputTokens'] ?? options['maxTokens'];
    const hasOutput = options['prompt'] !== undefined;
    // NaN is no number of tokens.
    const output = typeof cap === 'number' && cap >= 0 ? cap : this.#output;
    return inputTokens(options) + (hasOutput ? output : 0);
  }

  learn({ outputTokens, totalTokens }: Omit<TokenUsage, 'inputTokens'>): void {
    if (outputTokens !== undefined) this.#output = blend(this.#output, outputTokens);
    if (totalTokens !== undefined) this.#total = blend(this.#total ?? totalTokens, totalTokens);
  }
}

const blend = (known: number, newest: number): number => known + (newest - known) * NEWEST;

/** Tokens of all text in a prompt, a list of values to embed, and tool definitions. */
function inputTokens({ prompt, values, tools }: CallOptions): number {
  const text = new TextSample();
  const files = tokensOfFiles(prompt, text) + tokensOfFiles(values, text) + tokensOfFiles(tools, text);
  return Math.ceil(files + text.tokens);
}

/** Characters that are looked at word by word. A long prompt would stop all other calls of the process for as long as that takes. */
const SAMPLE = 256;

/** The text of a call, and the tokens in it, by a sample of what comes first. */
class TextSample {
  #length = 0;
  #sampled = 0;
  #sampledTokens = 0;

  add(text: string): void {
    this.#length += text.length;
    if (this.#sampled >= SAMPLE) return;
    const sample = text.slice(0, SAMPLE - this.#sampled);
    this.#sampled += sample.length;
    this.#sampledTokens += estimateTokenCount(sample);
  }

  get tokens(): number {
    return this.#sampled === 0 ? 0 : (this.#length / this.#sampled) * this.#sampledTokens;
  }
}

/** A schema may refer to itself; what is nested deeper than this is not text that matters. */
const DEEPEST = 32;

/** Adds up the tokens of files, and collects the text. */
function tokensOfFiles(value: unknown, text: TextSample, depth = 0): number {
  if (typeof value === 'string') {
    if (BASE64.test(value)) return TOKENS_PER_FILE;
    text.add(value);
  }
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return 0;
  if (value instanceof Uint8Array || value instanceof URL) return TOKENS_PER_FILE;
  if (Array.isArray(value)) {
    return value.reduce((sum: number, item) => sum + tokensOfFiles(item, text, depth + 1), 0);
  }
  const part = value as Readonly<Record<string, unknown>>;
  if (FILES.has(part['type'])) return TOKENS_PER_FILE;
  let sum = 0;
  for (const key in part) {
    if (!OPTIONS.has(key)) sum += tokensOfFiles(part[key], text, depth + 1);
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
