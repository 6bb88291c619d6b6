import type { AttemptRecord, BalancedProvider } from 'ai-sdk-load-balancer';

import { type Colour, keepDraft, paint, say, sayDraft, table } from './terminal.ts';

const COLOURS: readonly Colour[] = ['cyan', 'magenta', 'yellow', 'blue', 'green'];
const BAR_LENGTH = 30;
const INDENT = '   ';

/** How many answers came from each endpoint. */
export type Spread = ReadonlyMap<string, number>;

/** Tells what happens: one line for each event of the provider, and one mark for each call that was answered. */
export class Narrator {
  readonly #names: readonly string[];
  readonly #balanced: BalancedProvider;
  readonly #startedAt = performance.now();
  #step = 0;
  #answeredCalls = 0;
  #failedAttempts = 0;
  /** The endpoints that answered to the calls that are followed, in order; `undefined` when none are. */
  #answers: string[] | undefined;

  constructor(balanced: BalancedProvider) {
    this.#balanced = balanced;
    this.#names = balanced.status().endpoints.map(({ name }) => name);
    this.#listen();
  }

  title(text: string): void {
    say(paint('bold', text));
    say();
  }

  /** Says what an endpoint is. */
  introduce(name: string, description: string): void {
    say(`${INDENT}${this.#label(name)}  ${paint('dim', description)}`);
  }

  /** Begins a step. */
  heading(title: string, explanation: string): void {
    this.#step += 1;
    say();
    say(paint('bold', `${this.#step}  ${title}`));
    say(INDENT + paint('dim', explanation));
  }

  /** Follows calls with a row of marks, until all are over. */
  async follow(work: Promise<void>): Promise<Spread> {
    const answers: string[] = [];
    this.#answers = answers;
    try {
      await work;
    } finally {
      this.#answers = undefined;
      keepDraft();
    }
    return new Map(this.#names.map((name) => [name, answers.filter((answer) => answer === name).length]));
  }

  /** A bar for each endpoint. */
  chart(spread: Spread): void {
    const longest = Math.max(1, ...spread.values());
    for (const [name, count] of spread) {
      const bar = '█'.repeat(Math.round((count / longest) * BAR_LENGTH));
      say(`${INDENT}${this.#label(name)}  ${this.#paintAs(name, bar)}${bar === '' ? '' : ' '}${count}`);
    }
  }

  /** What `status()` says now. */
  status(): void {
    const rows = this.#balanced.status().endpoints.flatMap((endpoint) =>
      endpoint.deployments.map((deployment) => {
        // An endpoint that is out takes its deployments with it.
        const health = endpoint.state === 'closed' ? deployment : endpoint;
        return [
          endpoint.name,
          deployment.deployment,
          health.state,
          String(health.failures),
          seconds(health.cooldownMs),
          seconds(deployment.rateLimitedMs),
        ];
      }),
    );
    say();
    const header = ['status()', 'deployment', 'breaker', 'failures', 'cooldown', 'rate limited'];
    for (const line of table(header, rows)) say(INDENT + line);
  }

  /** Everything in one line. */
  summary(): void {
    const failed = count(this.#failedAttempts, 'attempt');
    say();
    say(paint('bold', `${count(this.#answeredCalls, 'call')} answered; ${failed} failed on the way.`));
  }

  #listen(): void {
    this.#balanced.on('attempt', (attempt) => {
      if (attempt.class === 'success') return this.#answered(attempt.endpoint);
      this.#failedAttempts += 1;
      const what = `${reasonOf(attempt)} (${attempt.class})`;
      this.#event('red', '✗', attempt.endpoint, `failed after ${Math.round(attempt.durationMs)} ms: ${what}`);
    });
    this.#balanced.on('failover', ({ from, to }) => {
      this.#event('blue', '→', to, from === to ? 'is asked again' : `is asked instead of ${from}`);
    });
    this.#balanced.on('cooldown', ({ endpoint, cooldownMs }) => {
      this.#event('red', '■', endpoint, `is out for ${seconds(cooldownMs)}, then gets one probe`);
    });
    this.#balanced.on('rateLimited', ({ endpoint, retryAfterMs }) => {
      this.#event('yellow', '■', endpoint, `takes no calls for ${seconds(retryAfterMs)}, as it said`);
    });
    this.#balanced.on('recovered', ({ endpoint }) => {
      this.#event('green', '✓', endpoint, 'is back: its probe succeeded');
    });
    this.#balanced.on('exhausted', ({ attempts }) => {
      this.#event('red', '✗', '', `a call gave up after ${count(attempts.length, 'attempt')}`);
    });
  }

  #answered(endpoint: string): void {
    this.#answeredCalls += 1;
    if (this.#answers === undefined) return this.#event('green', '✓', endpoint, 'answered');
    this.#answers.push(endpoint);
    const marks = this.#answers.map((name) => this.#paintAs(name, this.#mark(name)));
    sayDraft(`${INDENT}answered by  ${marks.join('')}`);
  }

  #event(colour: Colour, sign: string, endpoint: string, text: string): void {
    const time = seconds(performance.now() - this.#startedAt).padStart(6);
    say(`${INDENT}${paint('dim', time)}  ${paint(colour, sign)} ${this.#label(endpoint)}  ${text}`);
  }

  #label(name: string): string {
    const width = Math.max(...this.#names.map((each) => each.length));
    const mark = this.#mark(name);
    return this.#paintAs(name, `${mark} ${name.padEnd(width)}`);
  }

  /** Its number, so that it can be told without colour. */
  #mark(name: string): string {
    const index = this.#names.indexOf(name);
    return index === -1 ? ' ' : (index + 1).toString(36);
  }

  #paintAs(name: string, text: string): string {
    return paint(COLOURS[this.#names.indexOf(name) % COLOURS.length] ?? 'dim', text);
  }
}

/** A stream that breaks off has a status too, which says nothing about why. */
function reasonOf({ statusCode, code }: AttemptRecord): string {
  if (statusCode !== undefined && statusCode >= 400) return `HTTP ${statusCode}`;
  return code ?? (statusCode === undefined ? 'no answer' : 'the answer broke off');
}

const count = (amount: number, what: string): string => `${amount} ${what}${amount === 1 ? '' : 's'}`;
const seconds = (ms: number): string => (ms === 0 ? '-' : `${(ms / 1000).toFixed(1)} s`);
