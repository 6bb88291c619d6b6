import { firstOf, isList, isObject, parsed, property, textAt } from '../foreign.ts';
import { isGuessed } from './sent-status.ts';

/*
 * An error as services write it is an object with `message`, `code`, `type` and `param`. Where it lies differs:
 *
 * - `{ error }`: OpenAI, Azure, in the body of a failure and in chunks of Chat; some in a list, some twice over.
 * - `{ error: { innererror } }`: Azure's content filter.
 * - `{ response: { error } }`: the event `response.failed`.
 * - `{ choices: [{ error }] }`: OpenRouter.
 * - `{ errors: [error] }`: Cloudflare. `{ error: { details: [{ reason }] } }`: Google.
 * - the object itself: the event `error` of the Responses API; gateways; what the AI SDK keeps of a chunk of Chat. Some have their
 *   words under another name, such as `detail` (RFC 9457) and `error`.
 *
 * Gateways put what they were answered, as a text, into an `error` of their own. A `message` is not read: prompts may stand there.
 */

/** How deep they are looked for, and how far into a list. */
const DEEPEST = 4;
const LONGEST = 4;

/** A longer body is no error's: it is not worth the time that reading it takes. */
const LONGEST_BODY = 256 * 1024;

/** Every error object that one link of a chain of errors carries, the outer before the inner. */
export const errorBodies = (link: object): readonly object[] =>
  // The AI SDK keeps the text of a body, but now and then what it has parsed.
  [
    property(link, 'data'),
    property(link, 'responseBody'),
    property(link, 'value'),
    isGuessed(link) ? undefined : link,
  ].flatMap((container) => bodiesIn(container));

/** @param isError whether it stands where errors do, so that it is one whatever it holds. */
function bodiesIn(from: unknown, isError = false, depth = 0): readonly object[] {
  const container = typeof from === 'string' ? bodyIn(from) : from;
  if (!isObject(container) || depth > DEEPEST) return [];
  const inside = (each: unknown, isInError = false): readonly object[] => bodiesIn(each, isInError, depth + 1);
  if (isList(container)) return firstOf(container, LONGEST).flatMap((each) => inside(each));
  const reasons = [property(container, 'incomplete_details'), ...firstOf(property(container, 'details'), LONGEST)];
  return [
    ...(isError || isErrorItself(container) ? [container] : []),
    ...['error', 'innererror'].flatMap((key) => inside(property(container, key), true)),
    // An answer that was given up says why in a place of its own, and so does Google.
    ...reasons.flatMap((each) => textAt(each, 'reason') ?? []).map((code) => ({ code })),
    ...inside(property(container, 'response')),
    // What has a stack is no body: its errors are issues of a schema.
    ...(textAt(container, 'stack') === undefined ? inside(property(container, 'errors')) : []),
    ...firstOf(property(container, 'choices'), 1).flatMap((choice) => inside(choice)),
  ];
}

const isErrorItself = (container: object): boolean =>
  ['message', 'error', 'detail'].some((key) => textAt(container, key) !== undefined) &&
  ['code', 'type', 'param', 'status', 'statusCode'].some(
    (key) => (property(container, key) ?? undefined) !== undefined,
  );

const bodyIn = (text: string): unknown =>
  text.length <= LONGEST_BODY && /^\s*[[{]/.test(text) ? parsed(text) : undefined;
