import type { CallOptions } from '../sdk.ts';

interface Tool {
  readonly type?: unknown;
  readonly id?: unknown;
  readonly args?: { readonly environment?: { readonly type?: unknown } };
}

/** OpenAI's tools that the client executes: the model asks for them, as for functions. */
const OF_THE_CLIENT: ReadonlySet<unknown> = new Set([
  'openai.apply_patch',
  'openai.computer',
  'openai.custom',
  'openai.local_shell',
]);

/** Whether a call has tools that the provider executes: asked twice, it may act twice. v1 keeps tools under `mode`. */
export function mayActTwice({ tools, mode }: CallOptions): boolean {
  const given = tools ?? (mode as { readonly tools?: unknown } | undefined)?.tools;
  return Array.isArray(given) && given.some((tool: Tool) => tool.type !== 'function' && !isOfClient(tool));
}

/** A shell is the client's own unless it is in a container, which is the provider's. */
const isOfClient = ({ id, args }: Tool): boolean =>
  OF_THE_CLIENT.has(id) || (id === 'openai.shell' && !String(args?.environment?.type).startsWith('container'));
