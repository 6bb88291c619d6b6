import { firstOf, isList, isObject, property, textAt } from './foreign.ts';
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
const DEEPEST = 3;
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
  ].flatMap((container) => bodiesIn(container, 0));

function bodiesIn(from: unknown, depth: number): readonly object[] {
  const container = parsed(from);
  if (!isObject(container) || depth > DEEPEST) return [];
  if (isList(container)) return firstOf(container, LONGEST).flatMap((each) => bodiesIn(each, depth + 1));
  const reason = textAt(property(container, 'incomplete_details'), 'reason');
  return [
    ...(isErrorItself(container) ? [container] : []),
    ...withInner(property(container, 'error'), depth),
    // An answer that was given up says why in a place of its own.
    ...(reason === undefined ? [] : [{ code: reason }]),
    ...bodiesIn(property(container, 'response'), depth + 1),
    // What has a stack is no body: its errors are issues of a schema.
    ...(textAt(container, 'stack') === undefined ? bodiesIn(property(container, 'errors'), depth + 1) : []),
    ...firstOf(property(container, 'choices'), 1).flatMap((choice) => withInner(property(choice, 'error'), depth)),
  ];
}

function withInner(body: unknown, depth: number): readonly object[] {
  if (depth > DEEPEST) return [];
  if (!isObject(body)) return bodiesIn(body, depth + 1);
  const inner = ['innererror', 'error'].flatMap((key) => withInner(property(body, key), depth + 1));
  const reasons = firstOf(property(body, 'details'), LONGEST).flatMap((detail) => textAt(detail, 'reason') ?? []);
  return [body, ...inner, ...reasons.map((code) => ({ code }))];
}

const isErrorItself = (container: object): boolean =>
  ['message', 'error', 'detail'].some((key) => textAt(container, key) !== undefined) &&
  ['code', 'type', 'param', 'status', 'statusCode'].some(
    (key) => (property(container, key) ?? undefined) !== undefined,
  );

/** What a text holds that is written as JSON. */
function parsed(body: unknown): unknown {
  if (typeof body !== 'string') return body;
  if (body.length > LONGEST_BODY || !/^\s*[[{]/.test(body)) return undefined;
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
