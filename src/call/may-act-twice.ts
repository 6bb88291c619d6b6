import type { CallOptions } from '../sdk.ts';

/** Whether a call has tools that the provider executes: asked twice, it may act twice. v1 keeps tools under `mode`. */
export function mayActTwice({ tools, mode }: CallOptions): boolean {
  const given = tools ?? (mode as { readonly tools?: unknown } | undefined)?.tools;
  return Array.isArray(given) && given.some((tool: { readonly type?: unknown }) => tool.type !== 'function');
}
