import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
  LanguageModelV4StreamResult,
} from '@ai-sdk/provider';
import type { CommonEndpointSettings, ProviderEndpointSettings } from '../../src/index.ts';

type Part = LanguageModelV4StreamPart;

/** What a fake stream does next: a part, or something that goes wrong. Without any of the latter it closes at its end. */
export type Step =
  | Part
  | { readonly waitMs: number }
  | { readonly waitFor: PromiseLike<unknown> }
  | { readonly throws: unknown }
  | 'hang';

/** One attempt that has reached the fake model. It is deaf to its signal, as a connection may be. */
export interface FakeAttempt {
  readonly modelId: string;
  /** By `performance.now()`. */
  readonly startedAt: number;
  readonly options: LanguageModelV4CallOptions;
  /** The reasons for which its stream was cancelled: one at the most, if all is well. */
  readonly cancelReasons: readonly unknown[];
}

/** What a fake model does with an attempt. */
export interface Behaviour {
  generate(attempt: FakeAttempt): PromiseLike<LanguageModelV4GenerateResult>;
  stream(attempt: FakeAttempt): PromiseLike<readonly Step[]>;
}

export const usage: LanguageModelV4GenerateResult['usage'] = {
  inputTokens: { total: 1, noCache: 1, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: 1, text: 1, reasoning: undefined },
};

export const start: Part = { type: 'stream-start', warnings: [] };
export const delta = (text: string): Part => ({ type: 'text-delta', id: 't', delta: text });
export const finish = (unified: 'stop' | 'length' | 'tool-calls' | 'content-filter' = 'stop'): Part => ({
  type: 'finish',
  finishReason: { unified, raw: unified },
  usage,
});
/** What the SDK makes of a stream that was cut. */
export const finishWithoutReason: Part = {
  type: 'finish',
  finishReason: { unified: 'other', raw: undefined },
  usage,
};
/** A whole answer. */
export const textParts = (text: string): readonly Part[] => [
  start,
  { type: 'response-metadata', id: `r-${text}` },
  { type: 'text-start', id: 't' },
  delta(text),
  { type: 'text-end', id: 't' },
  finish(),
];

export function answers(text = 'hello'): Behaviour {
  return {
    generate: async () => ({
      content: [{ type: 'text', text }],
      finishReason: { unified: 'stop', raw: 'stop' },
      usage,
      warnings: [],
    }),
    stream: async () => textParts(text),
  };
}

/** Rejects before anything is sent. */
export function fails(error: unknown): Behaviour {
  const reject = async (): Promise<never> => {
    throw error;
  };
  return { generate: reject, stream: reject };
}

/** Never answers, whatever its signal says. */
export function hangs(): Behaviour {
  const never = (): Promise<never> => new Promise<never>(() => {});
  return { generate: never, stream: never };
}

/** Opens a stream that goes like this. */
export function streams(...steps: readonly Step[]): Behaviour {
  return { generate: () => Promise.reject(new Error('This one only streams.')), stream: async () => steps };
}

/** Answers late. */
export function after(delayMs: number, then: Behaviour): Behaviour {
  const late = () => new Promise<void>((resolve) => setTimeout(resolve, delayMs));
  return {
    generate: (attempt) => late().then(() => then.generate(attempt)),
    stream: (attempt) => late().then(() => then.stream(attempt)),
  };
}

/** One attempt that waits for the test to decide. */
export interface HeldAttempt {
  answer(): void;
  fail(error: unknown): void;
}

/** Leaves every attempt open until the test decides how it ends. */
export function holds(held: HeldAttempt[]): Behaviour {
  const hold = () =>
    new Promise<void>((resolve, reject) => {
      held.push({ answer: resolve, fail: reject });
    });
  return {
    generate: (attempt) => hold().then(() => answers().generate(attempt)),
    stream: (attempt) => hold().then(() => answers().stream(attempt)),
  };
}

/** An endpoint of a provider that was handed in, whose models do what they are told, and which remembers every attempt. */
export class FakeEndpoint {
  readonly name: string;
  readonly attempts: FakeAttempt[] = [];
  /** Streams that have neither closed nor broken off, and that have not been cancelled. */
  openStreams = 0;
  #behaviour: Behaviour;
  readonly #queued: Behaviour[] = [];

  constructor(name: string, behaviour: Behaviour = answers(name)) {
    this.name = name;
    this.#behaviour = behaviour;
  }

  /** What it does from now on. */
  behave(behaviour: Behaviour): void {
    this.#behaviour = behaviour;
  }

  /** What it does with the next attempts, one for each; then it goes on as before. */
  behaveOnce(...behaviours: readonly Behaviour[]): void {
    this.#queued.push(...behaviours);
  }

  /** For `createBalancedProvider`. */
  settings(more: CommonEndpointSettings = {}): ProviderEndpointSettings {
    const languageModel = (modelId: string): LanguageModelV4 => this.#model(modelId);
    return { name: this.name, provider: { specificationVersion: 'v4', languageModel }, ...more };
  }

  #model(modelId: string): LanguageModelV4 {
    return {
      specificationVersion: 'v4',
      provider: `fake.${this.name}`,
      modelId,
      supportedUrls: {},
      doGenerate: (options) => {
        const { attempt, behaviour } = this.#begin(modelId, options);
        return behaviour.generate(attempt);
      },
      doStream: async (options): Promise<LanguageModelV4StreamResult> => {
        const { attempt, behaviour, cancelReasons } = this.#begin(modelId, options);
        const steps = await behaviour.stream(attempt);
        this.openStreams += 1;
        const stream = play(steps, cancelReasons, () => (this.openStreams -= 1));
        return { stream, response: { headers: { 'x-endpoint': this.name } }, request: { body: `to ${this.name}` } };
      },
    };
  }

  #begin(modelId: string, options: LanguageModelV4CallOptions) {
    const cancelReasons: unknown[] = [];
    const attempt: FakeAttempt = { modelId, startedAt: performance.now(), options, cancelReasons };
    this.attempts.push(attempt);
    return { attempt, behaviour: this.#queued.shift() ?? this.#behaviour, cancelReasons };
  }
}

/** A stream that follows a script, and sends no part before it is asked for. */
function play(steps: readonly Step[], cancelReasons: unknown[], ended: () => void): ReadableStream<Part> {
  let next = 0;
  let isCancelled = false;
  let stopWaiting = (): void => {};
  return new ReadableStream<Part>(
    {
      async pull(controller) {
        for (;;) {
          const step = steps[next];
          next += 1;
          if (step === 'hang' || isCancelled) return new Promise<never>(() => {});
          if (step === undefined) {
            ended();
            return controller.close();
          }
          if ('throws' in step) {
            ended();
            return controller.error(step.throws);
          }
          if ('waitFor' in step) {
            await step.waitFor;
            continue;
          }
          if (!('waitMs' in step)) return controller.enqueue(step);
          await new Promise<void>((resolve) => {
            const timer = setTimeout(resolve, step.waitMs);
            stopWaiting = () => clearTimeout(timer);
          });
        }
      },
      cancel(reason) {
        isCancelled = true;
        ended();
        stopWaiting();
        cancelReasons.push(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

export const prompt: LanguageModelV4CallOptions['prompt'] = [
  { role: 'user', content: [{ type: 'text', text: 'Who are you?' }] },
];
