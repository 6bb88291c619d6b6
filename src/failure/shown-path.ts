import { isCodeWord } from './code-word.ts';

/** Keys are longer, and have digits among their letters. */
const LONGEST = 16;
/** What says of itself that it is not to be shown. */
const NAMED_SECRET = /key|pass|secret|token/i;

/**
 * The path of a URL for a message. Gateways have keys in theirs: what is neither a short word nor the deployment's name is left out.
 */
export function shownPath(url: string, deployment: string): string {
  const segments = new URL(url).pathname.split('/').slice(1);
  return segments.map((segment) => `/${isShown(segment, deployment) ? segment : '…'}`).join('');
}

const isShown = (segment: string, deployment: string): boolean =>
  segment === '' ||
  segment === encodeURIComponent(deployment) ||
  (segment.length <= LONGEST && isCodeWord(segment) && !NAMED_SECRET.test(segment));
