/**
 * Whether paths can be appended to it, and `fetch` takes the result. It takes no user and password, and says so in words that
 * repeat them. Blanks at the end would stand in the middle of what is made of it.
 */
export function isBaseURL(value: string): boolean {
  if (/\s/.test(value) || !URL.canParse(value)) return false;
  const { protocol, search, hash, username, password } = new URL(value);
  if (username !== '' || password !== '') return false;
  return (protocol === 'https:' || protocol === 'http:') && search === '' && hash === '';
}
