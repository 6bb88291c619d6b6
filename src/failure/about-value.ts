/** Whether an error is the language's own about a value, such as one that cannot be written as JSON. */
export const isAboutValue = (error: unknown): boolean =>
  error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError;

/** Whether the options of a call cannot be written as JSON: they go round in a circle, or hold a big number. */
export function isUnwritable(options: object): boolean {
  try {
    // Files are not written as they are, and may be large.
    JSON.stringify(options, (_, value: unknown) => (ArrayBuffer.isView(value) ? null : value));
    return false;
  } catch {
    return true;
  }
}
