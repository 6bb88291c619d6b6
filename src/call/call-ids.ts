/** Makes ids of calls: those of one provider begin alike, and those of two do not. */
export function callIds(): () => string {
  // Made late, since some edge runtimes have no randomness before the first request.
  let prefix: string | undefined;
  let count = 0;
  return () => {
    prefix ??= crypto.randomUUID().slice(0, 8);
    count += 1;
    return `${prefix}-${count.toString(36)}`;
  };
}
