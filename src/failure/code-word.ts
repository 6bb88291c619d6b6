/** The longest code known to be sent has 36 letters (`unsupported_country_region_territory`). */
const LONGEST = 40;

/** `filter`, `DNS`, `DeploymentNotFound`, `rateLimited`, `HTTP2`: letters in the order in which words have them. */
const WORD = '(?:[a-z]+|[A-Z]+|[a-z]*(?:[A-Z]+[a-z]+)+)\\d{0,3}';

/** Such words, joined as in `content_filter`, `rate-limited` and `timeout.attemptMs`, or a number: some gateways count theirs. */
const CODE = new RegExp(`^(?:\\d{1,6}|${WORD}(?:[._-]${WORD})*)$`);

/** How secrets begin, of OpenAI and others. */
const SECRET = /^(?:sk|pk|rk|gsk|hf|xai)[_-]/i;

/**
 * Whether a text may be shown as a code. What a service sends as one goes into events, errors and logs, so it has to look like one: a
 * short word, and no key, prompt or page.
 */
export const isCodeWord = (text: unknown): text is string =>
  typeof text === 'string' && text.length <= LONGEST && CODE.test(text) && !SECRET.test(text);
