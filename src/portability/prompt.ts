/*
 * Prompts as specifications v2 to v4 have them, as far as portability looks at them. Everything else passes through.
 */

/** Options of one provider. */
export type Options = Readonly<Record<string, unknown>>;
/** Options by provider name. */
export type ProviderOptions = Readonly<Record<string, Options | undefined>>;

/** One part of a message. */
export interface PromptPart {
  readonly type: string;
  readonly providerOptions?: ProviderOptions | undefined;
  readonly [field: string]: unknown;
}

/** One message. */
export interface PromptMessage {
  readonly role: string;
  /** Text for `system`, parts for every other role. */
  readonly content: string | readonly PromptPart[];
  readonly providerOptions?: ProviderOptions | undefined;
}

/** A tool that the provider executes. `provider-defined` is specification v2's word for `provider`. */
export interface HostedTool {
  readonly type: 'provider' | 'provider-defined';
  /** Whose tool it is, and which: `openai.web_search`. */
  readonly id: string;
  /** What the user calls it. */
  readonly name: string;
  readonly args: Options;
}

/** The tools of a call that the provider executes. */
export function hostedTools(tools: unknown): readonly HostedTool[] {
  if (!Array.isArray(tools)) return NONE;
  const hosted = tools.filter(isHosted);
  return hosted.length === 0 ? NONE : hosted;
}

const NONE: readonly HostedTool[] = [];

const isHosted = (tool: { readonly type?: unknown }): tool is HostedTool =>
  tool.type === 'provider' || tool.type === 'provider-defined';
