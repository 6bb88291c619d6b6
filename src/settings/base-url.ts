/** Whether paths can be appended to it, and `fetch` takes the result. */
export function isBaseURL(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, search, hash } = new URL(value);
  return (protocol === 'https:' || protocol === 'http:') && search === '' && hash === '';
}
