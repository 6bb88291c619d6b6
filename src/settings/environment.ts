/** Reads one environment variable, without the blanks around it; empty counts as not set. The only place that looks at `process.env`. */
export function readEnvironment(name: string): string | undefined {
  // Edge runtimes may have no `process` at all.
  const value = globalThis.process?.env?.[name]?.trim();
  return value === '' ? undefined : value;
}
