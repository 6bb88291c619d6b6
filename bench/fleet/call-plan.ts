import type { Charge } from './limits/quota.ts';
import { exponential, logNormal, type Random } from './random.ts';

/** Header in which the application says which of the planned calls a request is for. */
export const CALL_HEADER = 'x-bench-call';

/** One call of the application's, all of it drawn in advance: it takes the same time at every server. */
export interface PlannedCall {
  readonly id: number;
  readonly atMs: number;
  readonly prompt: string;
  /** Upper limit of the output that the caller asks for. */
  readonly maxTokens: number;
  readonly outputTokens: number;
  /** Milliseconds until the first token, and from there to the last. */
  readonly firstTokenMs: number;
  readonly outputMs: number;
  /** The request itself is at fault: every server says so. */
  readonly isBad: boolean;
  /** Names a conversation whose earlier part a server may have in its cache. */
  readonly cacheKey: string | undefined;
  /** What the call says of it, if anything. */
  readonly urgency?: 'interactive' | 'background' | undefined;
}

/** The ranges from which calls are drawn. */
export interface CallMix {
  readonly promptWords: readonly [least: number, most: number];
  readonly maxTokens: readonly [least: number, most: number];
  /** Share of `maxTokens` that is really written. */
  readonly outputShare: readonly [least: number, most: number];
  readonly firstToken: { readonly medianMs: number; readonly sigma: number };
  readonly output: { readonly medianMs: number; readonly sigma: number };
  /** Share of calls that are bad. */
  readonly bad: number;
}

export const ORDINARY_MIX: CallMix = {
  promptWords: [30, 60],
  maxTokens: [100, 200],
  outputShare: [0.3, 0.9],
  firstToken: { medianMs: 600, sigma: 0.35 },
  output: { medianMs: 900, sigma: 0.45 },
  bad: 0,
};

const WORDS = 'the quick answer to a plain question is often better than long reports about nothing new today'.split(
  ' ',
);

const between = (random: Random, [least, most]: readonly [number, number]): number => least + random() * (most - least);

/** Draws calls for given arrivals. */
export function planCalls(
  random: Random,
  arrivals: readonly number[],
  mix: CallMix,
  cacheKeyOf: (index: number) => string | undefined = () => undefined,
): readonly PlannedCall[] {
  return arrivals.map((atMs, id) => {
    const words = Math.round(between(random, mix.promptWords));
    const start = Math.floor(random() * WORDS.length);
    const prompt = Array.from({ length: words }, (_, index) => WORDS[(start + index * 5) % WORDS.length]).join(' ');
    const maxTokens = Math.round(between(random, mix.maxTokens));
    return {
      id,
      atMs,
      prompt,
      maxTokens,
      outputTokens: Math.max(1, Math.round(maxTokens * between(random, mix.outputShare))),
      firstTokenMs: logNormal(random, mix.firstToken.medianMs, mix.firstToken.sigma),
      outputMs: logNormal(random, mix.output.medianMs, mix.output.sigma),
      isBad: random() < mix.bad,
      cacheKey: cacheKeyOf(id),
    };
  });
}

/** Arrivals that know nothing of each other, at a steady rate. */
export function steadyArrivals(random: Random, perMinute: number, untilMs: number): readonly number[] {
  const arrivals: number[] = [];
  for (let at = exponential(random, 60_000 / perMinute); at < untilMs; at += exponential(random, 60_000 / perMinute)) {
    arrivals.push(at);
  }
  return arrivals;
}

/** What services take a prompt for before they count its tokens: four characters a token. */
export const promptTokens = (prompt: string): number => Math.ceil(prompt.length / 4);

export const chargeOf = ({ prompt, maxTokens }: PlannedCall): Charge => ({ tokens: promptTokens(prompt) + maxTokens });

export const usedTokensOf = ({ prompt, outputTokens }: PlannedCall): number => promptTokens(prompt) + outputTokens;

/** Pieces of a call's answer: each is recognisable, so that nothing can be doubled or missing unseen. */
export const ANSWER_PIECES = 6;

export const answerPieces = (id: number): readonly string[] =>
  Array.from({ length: ANSWER_PIECES }, (_, piece) => `answer ${id} piece ${piece}. `);

export const wholeAnswer = (id: number): string => answerPieces(id).join('');
