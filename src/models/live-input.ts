import type { Reclassified, Route } from '../call/route.ts';
import type { Deployment } from '../deployment/deployment.ts';
import type { Failure } from '../failure/failure.ts';
import { mapCallOptions } from '../portability/map-options.ts';
import type { Chain } from '../ring/chain.ts';
import type { Ring } from '../ring/ring.ts';
import type { CallOptions } from '../sdk.ts';
import { KEY_HEADERS } from '../settings/text-rules.ts';

/** What is kept at most, in bytes or characters: about five minutes of speech as the services take it (24,000 samples of 16 bits). */
const MOST_KEPT = 16_000_000;

/**
 * The audio or the text of a live call. It can be read once, and each attempt needs all of it: what has been read is kept until the
 * first content. A call that has sent more than can be kept goes to no further endpoint.
 */
export class LiveInput implements Route {
  readonly excluded: ReadonlySet<Deployment>;
  readonly isPinned = false;
  readonly #options: CallOptions;
  readonly #ring: Ring;
  readonly #field: 'audio' | 'text';
  #kept: ReadableStream | undefined;
  #broken: { readonly error: unknown } | undefined;
  #read = 0;

  constructor(options: CallOptions, ring: Ring, chain: Chain | undefined) {
    this.#options = options;
    this.#ring = ring;
    this.#field = ring.kind === 'speech' ? 'text' : 'audio';
    this.#kept = this.#watched(options[this.#field] as ReadableStream);
    const isRenamed = (deployment: Deployment): boolean => {
      const { modelId } = chain?.ringOf(deployment) ?? ring;
      return deployment.endpoint.buildId(modelId) !== deployment.name;
    };
    this.excluded = new Set((chain ?? ring).deployments.filter(isRenamed));
  }

  /** A model is named in its requests by what it was built with, and these do not pass our `fetch`. */
  get reason(): string | undefined {
    const [first] = this.excluded;
    return first && `live calls go to no Azure deployment whose name is not that of its model ("${first.name}")`;
  }

  ownerAmong(): undefined {
    return undefined;
  }

  /** What the caller's own stream failed with is no endpoint's fault, and each would meet it. */
  reclassify(error: unknown, failure: Failure): Reclassified {
    const isCallers = this.#broken !== undefined && this.#broken.error === error;
    if (isCallers) return { failure: { class: 'rejected' }, verdict: 'give-up' };
    return { failure, verdict: this.#read > MOST_KEPT ? 'give-up' : undefined };
  }

  async optionsFor(deployment: Deployment): Promise<CallOptions> {
    const [given, kept] = this.#kept?.tee() ?? [];
    this.#kept = kept;
    const options = mapCallOptions({ ...this.#options, [this.#field]: given }, deployment.target(this.#ring.kind));
    const headers = Object.entries((options['headers'] ?? {}) as Readonly<Record<string, string | undefined>>);
    const ofCall = headers.filter(([name]) => !KEY_HEADERS.includes(name.toLowerCase()));
    return {
      ...options,
      headers: { ...Object.fromEntries(ofCall), ...(await deployment.endpoint.type.requests?.keyHeader()) },
    };
  }

  /** There will be no further attempt. */
  release(): void {
    this.#kept?.cancel().catch(() => undefined);
    this.#kept = undefined;
  }

  #watched(source: ReadableStream): ReadableStream {
    const reader = source.getReader();
    const pull = async (controller: ReadableStreamDefaultController): Promise<void> => {
      try {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
        this.#read += sizeOf(value);
        if (this.#read > MOST_KEPT) this.release();
      } catch (error) {
        this.#broken = { error };
        throw error;
      }
    };
    return new ReadableStream({ pull, cancel: (reason) => reader.cancel(reason) }, { highWaterMark: 0 });
  }
}

/** Of a piece of text, of bytes, or of base64. */
const sizeOf = (piece: unknown): number => {
  const { length, byteLength = length } = (piece ?? {}) as { readonly length?: number; readonly byteLength?: number };
  return byteLength ?? 0;
};
