import type { AzureEndpointSettings, OpenAIEndpointSettings } from '../settings/endpoint-settings.ts';
import type { Fetch } from './fetch.ts';
import { withInlineItems } from './inline-items.ts';
import { dropsFailures } from './installed-sdk.ts';
import { KeyFunction, type KeyHeader, keyIn } from './key-function.ts';
import { type OwnHeaders, withOwnHeaders } from './own-headers.ts';
import { readStreams } from './read-streams.ts';
import { withRedirects } from './redirects.ts';

/** The requests to an endpoint of OpenAI or Azure, all of which are made here. */
export class ServiceRequests {
  /** Those made so far: a failure without one is not the endpoint's. */
  made = 0;
  readonly keyFunction: KeyFunction | undefined;
  readonly #settings: OpenAIEndpointSettings | AzureEndpointSettings;
  readonly #header: KeyHeader;

  constructor(endpoint: string, settings: OpenAIEndpointSettings | AzureEndpointSettings) {
    const { type, apiKey } = settings;
    const tokenProvider = type === 'azure' ? settings.tokenProvider : undefined;
    const get = tokenProvider ?? (typeof apiKey === 'function' ? apiKey : undefined);
    this.#settings = settings;
    this.#header = type === 'azure' && tokenProvider === undefined ? 'api-key' : 'authorization';
    const setting = tokenProvider === undefined ? 'apiKey' : 'tokenProvider';
    this.keyFunction = get && new KeyFunction({ endpoint, setting }, get);
  }

  /** The header with the key of a function, for requests that do not pass `fetch`. */
  async keyHeader(): Promise<Readonly<Record<string, string>>> {
    const secret = await this.keyFunction?.current();
    return secret === undefined ? {} : { [this.#header]: keyIn(this.#header, secret) };
  }

  /**
   * The `fetch` for the AI SDK. Its own `tokenProvider` is missing in AI SDK 4, and its key cannot rotate: both are done here.
   *
   * @param lacksReasons whether the service leaves out of streams why they ended.
   */
  fetch(apiKey: string, lacksReasons: boolean, own: Pick<OwnHeaders, 'headers' | 'prefixes'>): Fetch {
    const { fetch, redirect } = this.#settings;
    const counted: Fetch = (input, init) => {
      this.made += 1;
      return (fetch ?? globalThis.fetch)(input, init);
    };
    const read = readStreams({ failures: dropsFailures(), finishReasons: lacksReasons });
    const secret = this.keyFunction ?? apiKey;
    return withOwnHeaders(withInlineItems(withRedirects(counted, read, redirect)), {
      ...own,
      header: this.#header,
      secret,
    });
  }
}
