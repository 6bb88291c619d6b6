/*
 * Prompts as specifications v2 to v4 have them, as far as portability looks at them. Everything else passes through.
 */

/** Options of one provider. */
export type Options = Readonly<Record<string, unknown>>;
/** Options by provider name. */
export type ProviderOptions = Readonly<Record<string, Options | undefined>>;

/** One part of a message, or the output of a tool's result, which is written in the same way. */
export interface PromptPart {
  readonly type: string;
  readonly providerOptions?: ProviderOptions | undefined;
  /** Of a tool's call or result. */
  readonly toolName?: string | undefined;
  /** Of a tool's result. */
  readonly output?: PromptPart | undefined;
  readonly [field: string]: unknown;
}

/** One message. */
export interface PromptMessage {
  readonly role: string;
  /** Text for `system`, parts for every other role. */
  readonly content: string | readonly PromptPart[];
  readonly providerOptions?: ProviderOptions | undefined;
}
