import { setTimeout as wait } from 'node:timers/promises';

import { type BalancedProvider, createBalancedProvider } from 'ai-sdk-load-balancer';

import { Claims } from './claims.ts';
import { MockEndpoint } from './mock-endpoint.ts';
import { Narrator, type Spread } from './narrator.ts';
import { callMany, streamOne } from './workload.ts';

const MODEL = 'gpt-4';
const ANSWER = 'One of us was down, one was limited, one hung up. You still get an answer.';
const AT_A_TIME = 3;
const FAILURE_THRESHOLD = 3;
const COOLDOWN_MS = 3_000;
const RETRY_AFTER_SECONDS = 5;

/** Three endpoints in this process, and what they go through. Returns whether everything went as told. */
export async function demoOnLoopback(): Promise<boolean> {
  const eastus = await MockEndpoint.start('eastus', { type: 'azure', deployment: 'gpt4' }, ANSWER);
  const westus = await MockEndpoint.start('westus', { type: 'azure', deployment: 'gpt4-west' }, ANSWER);
  const openai = await MockEndpoint.start('openai', { type: 'openai' }, ANSWER);
  const balanced = createBalancedProvider({
    endpoints: [eastus.settings, { ...westus.settings, deployments: { [MODEL]: 'gpt4-west' } }, openai.settings],
    modelMapping: { [MODEL]: 'gpt4' },
    // Shorter than the defaults, so that the story ends soon.
    failureThreshold: FAILURE_THRESHOLD,
    cooldownMs: COOLDOWN_MS,
  });
  const story = new Story(balanced, eastus, westus, openai);
  try {
    return await story.tell();
  } finally {
    await Promise.all([eastus, westus, openai].map((endpoint) => endpoint.stop()));
  }
}

class Story {
  readonly #balanced: BalancedProvider;
  readonly #eastus: MockEndpoint;
  readonly #westus: MockEndpoint;
  readonly #openai: MockEndpoint;
  readonly #narrator: Narrator;
  readonly #claims = new Claims();

  constructor(balanced: BalancedProvider, eastus: MockEndpoint, westus: MockEndpoint, openai: MockEndpoint) {
    this.#balanced = balanced;
    this.#eastus = eastus;
    this.#westus = westus;
    this.#openai = openai;
    this.#narrator = new Narrator(balanced);
  }

  async tell(): Promise<boolean> {
    this.#narrator.title('One provider, three endpoints on loopback, no key');
    for (const endpoint of [this.#eastus, this.#westus, this.#openai]) {
      this.#narrator.introduce(endpoint.name, endpoint.description);
    }
    await this.#allIsWell();
    await this.#eastusBreaks();
    await this.#westusIsRateLimited();
    await this.#anAnswerStreamsThroughItAll();
    await this.#allIsWellAgain();
    this.#narrator.summary();
    return this.#claims.allHold;
  }

  async #allIsWell(): Promise<void> {
    this.#narrator.heading('30 calls, all is well', 'Each digit is a call that was answered, and names the endpoint.');
    const spread = await this.#call(30);
    this.#claims.check('30 calls answered, 10 by each endpoint', isSpread(spread, [10, 10, 10]));
  }

  async #eastusBreaks(): Promise<void> {
    this.#narrator.heading(
      'eastus breaks: 30 calls',
      `It answers HTTP 500. ${FAILURE_THRESHOLD} failures in a row take it out (failureThreshold).`,
    );
    this.#eastus.mood = { is: 'broken', status: 500 };
    const before = this.#eastus.requests;
    const spread = await this.#call(30);
    const asked = this.#eastus.requests - before;
    this.#claims.check('30 calls answered, none by eastus', total(spread) === 30 && spread.get('eastus') === 0);
    // Calls that are under way when it is taken out may still fail there.
    const isLeftAlone = asked >= FAILURE_THRESHOLD && asked < FAILURE_THRESHOLD + AT_A_TIME;
    this.#claims.check(`eastus was asked ${asked} times, then left alone`, isLeftAlone);
  }

  async #westusIsRateLimited(): Promise<void> {
    this.#narrator.heading(
      'westus is rate limited as well: 12 calls',
      `It answers HTTP 429 with Retry-After: ${RETRY_AFTER_SECONDS}, and is believed the first time.`,
    );
    this.#westus.mood = { is: 'rate-limited', retryAfterSeconds: RETRY_AFTER_SECONDS };
    const before = this.#westus.requests;
    const spread = await this.#call(12);
    const asked = this.#westus.requests - before;
    this.#claims.check('12 calls answered, all by openai', isSpread(spread, [0, 0, 12]));
    // Calls that start together are all told.
    this.#claims.check(
      `westus was asked ${asked}× in the same moment, then left alone`,
      asked >= 1 && asked <= AT_A_TIME,
    );
    this.#narrator.status();
  }

  async #anAnswerStreamsThroughItAll(): Promise<void> {
    this.#narrator.heading(
      'An answer streams through it all',
      'openai opens it and hangs up. By then eastus, healed, is due for its probe.',
    );
    this.#eastus.mood = { is: 'healthy' };
    this.#openai.mood = { is: 'dying', afterMs: this.#cooldownOfEastus() + 200 };
    const answer = await streamOne(this.#balanced, { modelId: MODEL, prompt: 'How are you?' });
    this.#claims.check('the answer is whole, and no word of it came twice', answer.text === ANSWER);
    this.#claims.check(
      'eastus gave it at the second attempt, and the reader noticed nothing',
      answer.endpoint === 'eastus' && answer.attempts === 2 && answer.finishReason === 'stop',
    );
  }

  async #allIsWellAgain(): Promise<void> {
    this.#westus.mood = { is: 'healthy' };
    this.#openai.mood = { is: 'healthy' };
    this.#narrator.heading('All is well again: 30 calls', 'They start when the time that westus named is over.');
    await wait(this.#rateLimitOfWestus() + 50);
    const spread = await this.#call(30);
    // An endpoint that comes back takes its next turn; missed ones are not made up for.
    this.#claims.check(
      '30 calls answered, by all three again',
      [...spread.values()].every((count) => count >= 8),
    );
    this.#narrator.status();
  }

  async #call(calls: number): Promise<Spread> {
    const work = callMany(this.#balanced, { modelId: MODEL, prompt: 'Hello', calls, atATime: AT_A_TIME });
    const spread = await this.#narrator.follow(work);
    this.#narrator.chart(spread);
    return spread;
  }

  #cooldownOfEastus(): number {
    return this.#deploymentAt('eastus')?.cooldownMs ?? 0;
  }

  #rateLimitOfWestus(): number {
    return this.#deploymentAt('westus')?.rateLimitedMs ?? 0;
  }

  #deploymentAt(name: string) {
    return this.#balanced.status().endpoints.find((endpoint) => endpoint.name === name)?.deployments[0];
  }
}

const total = (spread: Spread): number => [...spread.values()].reduce((sum, count) => sum + count, 0);
const isSpread = (spread: Spread, expected: readonly number[]): boolean =>
  [...spread.values()].join() === expected.join();
