/** Whether an error is the language's own about a value, such as one that cannot be written as JSON. */
export function isAboutValue(error: unknown): boolean {
  try {
    return error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError;
  } catch {
    return false;
  }
}

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
