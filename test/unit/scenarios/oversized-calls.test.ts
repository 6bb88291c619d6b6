import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { describe, expect, it } from 'vitest';

import { AllEndpointsFailedError } from '../../../src/index.ts';
import { apiError } from '../api-error.ts';
import { buildRing } from '../build-ring.ts';
import { after, answers, type Behaviour, type FakeAttempt } from '../fake-endpoint.ts';
import { pass, useFakeTime } from '../fake-time.ts';

useFakeTime();

const ANSWER_MS = 300;
const words = (count: number): Pick<LanguageModelV4CallOptions, 'prompt' | 'maxOutputTokens'> => ({
  prompt: [{ role: 'user', content: [{ type: 'text', text: 'word '.repeat(count) }] }],
  maxOutputTokens: 50,
});
const SMALL = words(150);
const OVERSIZED = words(40_000);

const tokensOf = ({ options }: FakeAttempt): number => {
  const [message] = options.prompt;
  const [part] = message?.role === 'user' ? message.content : [];
  return (part?.type === 'text' ? part.text.length / 5 : 0) + (options.maxOutputTokens ?? 0);
};

/** Limits tokens a minute as OpenAI does, and names no time in its rejections. */
class TokenLimited implements Behaviour {
  /** Tokens of the calls that it has rejected. */
  readonly rejected: number[] = [];
  readonly #perMinute: number;
  #level: number;
  #at = performance.now();

  constructor(perMinute: number) {
    this.#perMinute = perMinute;
    this.#level = perMinute;
  }

  readonly generate: Behaviour['generate'] = async (attempt) => {
    const now = performance.now();
    this.#level = Math.min(this.#perMinute, this.#level + ((now - this.#at) * this.#perMinute) / 60_000);
    this.#at = now;
    const tokens = tokensOf(attempt);
    const isTaken = tokens <= this.#level;
    if (isTaken) this.#level -= tokens;
    else this.rejected.push(tokens);
    const headers = {
      'x-ratelimit-limit-tokens': String(this.#perMinute),
      'x-ratelimit-remaining-tokens': String(Math.floor(this.#level)),
    };
    if (!isTaken) throw apiError(429, { headers, error: { type: 'tokens', code: 'rate_limit_exceeded' } });
    const answer = await after(ANSWER_MS, answers()).generate(attempt);
    return { ...answer, usage: usageOf(tokens), response: { headers } };
  };

  readonly stream: Behaviour['stream'] = () => Promise.reject(new Error('It only answers.'));
}

const usageOf = (total: number) => ({
  inputTokens: { total: total - 50, noCache: total - 50, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: 50, text: 50, reasoning: undefined },
});

/** A small call a second for so many seconds, and every ten seconds one of 40,000 tokens. */
async function play({ ask }: Pick<ReturnType<typeof buildRing>, 'ask'>, seconds: number) {
  const small = [];
  const oversized = [];
  for (let second = 1; second <= seconds; second += 1) {
    const at = performance.now();
    if (second % 10 === 0) oversized.push({ at, call: ask(OVERSIZED) });
    small.push({ at, call: ask(SMALL) });
    await pass(1_000);
  }
  await pass(60_000);
  return { small, oversized };
}

const tookMs = ({ at, call }: { readonly at: number; readonly call: { readonly settledAt?: number } }): number =>
  (call.settledAt ?? Infinity) - at;

describe('calls of 40,000 tokens where 30,000 a minute are allowed', () => {
  it('leave small calls as quick as they were, and end at once with an error that says how large they are', async () => {
    const service = new TokenLimited(30_000);
    const ring = buildRing([service]);

    const { small, oversized } = await play(ring, 60);

    expect(small.every(({ call }) => call.state === 'fulfilled')).toBe(true);
    expect(Math.max(...small.map(tookMs))).toBeLessThanOrEqual(ANSWER_MS + 50);
    expect(Math.max(...oversized.map(tookMs))).toBeLessThanOrEqual(ANSWER_MS + 50);
    expect(service.rejected).toEqual(oversized.map(() => 40_050));
    const { error } = oversized[0]!.call;
    if (!AllEndpointsFailedError.isInstance(error)) throw error;
    expect(error.tooLarge?.tokensPerMinute).toBe(30_000);
    expect(error.tooLarge?.estimatedTokens).toBeGreaterThan(38_000);
    expect(error.tooLarge?.estimatedTokens).toBeLessThan(42_000);
    expect(error).toMatchObject({ statusCode: 413, isRetryable: false, retryAfterMs: undefined });
    expect(error.message).toMatch(
      /^The call is too large for every endpoint: it is estimated at 4\d{4} tokens, and the largest limit is 30000 tokens a minute/,
    );
  });

  it('go to the endpoint that allows more, and meet the smaller limit once at the most', async () => {
    const service = new TokenLimited(30_000);
    const ring = buildRing([service, new TokenLimited(1_000_000)]);

    const { small, oversized } = await play(ring, 60);

    expect([...small, ...oversized].every(({ call }) => call.state === 'fulfilled')).toBe(true);
    expect(Math.max(...small.map(tookMs))).toBeLessThanOrEqual(ANSWER_MS + 50);
    expect(service.rejected.length).toBeLessThanOrEqual(1);
  });
});

describe('a call that is larger than what is left of a limit, and not than the limit,', () => {
  it('is rejected once, and served as soon as there is enough for it', async () => {
    const service = new TokenLimited(30_000);
    const { ask } = buildRing([service]);
    // Others have spent half of it.
    void service.generate({ options: words(15_000) } as unknown as FakeAttempt);

    const large = ask(words(20_000));
    await pass(9_000);
    expect(large.state).toBe('pending');
    await pass(2_500);

    expect(large.state).toBe('fulfilled');
    expect(service.rejected).toHaveLength(1);
  });
});
