/** Whether the platform would send it in a header. Asked beforehand, since what the platform throws may quote a secret. */
export function isHeaderValue(value: string): boolean {
  try {
    return new Headers({ any: value }) instanceof Headers;
  } catch {
    return false;
  }
}

/** What is wrong with a value that is none. */
export const NO_HEADER_VALUE = 'has a character that no header can have';
