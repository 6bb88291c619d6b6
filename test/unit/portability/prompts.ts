/** Options by provider name. */
export type ProviderOptions = Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;

/** One part of a message, in the shape in which the AI SDK hands it to a model. */
export interface PromptPart {
  readonly type: string;
  readonly providerOptions?: ProviderOptions | undefined;
  readonly [field: string]: unknown;
}

/** One message. */
export interface PromptMessage {
  readonly role: string;
  readonly content: readonly PromptPart[];
}

/** The mark of an endpoint as parts carry it. */
export const mark = (endpoint: string): ProviderOptions => ({ balanced: { endpoint } });

export const assistant = (...content: readonly PromptPart[]): PromptMessage => ({ role: 'assistant', content });
export const toolResults = (...content: readonly PromptPart[]): PromptMessage => ({ role: 'tool', content });
export const user = (...content: readonly PromptPart[]): PromptMessage => ({ role: 'user', content });

export const text = (words: string, providerOptions?: ProviderOptions): PromptPart => ({
  type: 'text',
  text: words,
  providerOptions,
});

/** A call of a tool that the provider executed, and its result. */
export const hosted = (
  toolName: string,
  value: unknown,
  input: unknown = {},
): readonly [call: PromptPart, result: PromptPart] => [
  { type: 'tool-call', toolCallId: `id_of_${toolName}`, toolName, input, providerExecuted: true },
  { type: 'tool-result', toolCallId: `id_of_${toolName}`, toolName, output: { type: 'json', value } },
];
