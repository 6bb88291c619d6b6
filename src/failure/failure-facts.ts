import { isCodeWord } from './code-word.ts';
import { errorBodies } from './error-bodies.ts';
import { errorChain } from './error-chain.ts';
import { holdsAnswer } from './failed-answer.ts';
import { firstOf, isObject, property, textAt } from '../foreign.ts';
import { sentStatus } from './sent-status.ts';

/** What an error says of itself, wherever it says it. */
export interface FailureFacts {
  /** HTTP status, when the service has sent one. */
  readonly statusCode: number | undefined;
  readonly headers: unknown;
  /** Every `code` and `type` of the error, its body and its causes, the most telling first. */
  readonly codes: readonly string[];
  /** The parameter that an OpenAI error is about. */
  readonly param: string | undefined;
  /** Names of the error and its causes. */
  readonly names: readonly string[];
  /** Its words, in which a time may be named. Nothing else is read from them. */
  readonly words: readonly string[];
  /** Whether its body is a page for people, which no API sends: a proxy's. */
  readonly isPage: boolean;
  /** Whether it is an answer, whole and paid for, whose shape the AI SDK does not know: AI SDK 5 does not read refusals, for one. */
  readonly isUnreadAnswer: boolean;
  /** Whether its body says by a code or type what is wrong, as the services do. */
  readonly isCoded: boolean;
  /** Whether its body says what a moderator had against the prompt, as OpenRouter does. */
  readonly isFlagged: boolean;
}

/** Reads what can be known of a failure: from an AI SDK error, from an error part's plain object, or from a network error. */
export function readFailure(error: unknown): FailureFacts {
  const chain = errorChain(error);
  const bodies = chain.flatMap(errorBodies);
  const body = chain.map((link) => textAt(link, 'responseBody')).find((text) => text !== undefined);
  const isPage = body !== undefined && /^\s*</.test(body);
  return {
    statusCode: sentStatus(chain, bodies),
    headers: headersOf(chain),
    codes: [...new Set([...bodies, ...chain].flatMap(codesOf))],
    param: bodies.map((each) => textAt(each, 'param')).find((param) => param !== undefined),
    names: chain.flatMap((link) => textAt(link, 'name') ?? []),
    words: [
      ...[...bodies, ...chain].flatMap((each) => textAt(each, 'message') ?? []),
      ...(isPage || body === undefined ? [] : [body]),
    ],
    isPage,
    isUnreadAnswer: chain.some(
      (link) => property(link, 'name') === 'AI_TypeValidationError' && holdsAnswer(property(link, 'value')),
    ),
    isCoded: bodies.some((each) => ['code', 'type'].some((key) => (property(each, key) ?? undefined) !== undefined)),
    isFlagged: bodies.some((each) => firstOf(property(property(each, 'metadata'), 'reasons'), 1).length > 0),
  };
}

/** The headers that came with a failure. */
export const failureHeaders = (error: unknown): unknown => headersOf(errorChain(error));

const headersOf = (chain: readonly object[]): unknown =>
  chain.map((link) => property(link, 'responseHeaders')).find(isObject);

/** Not the names of the events that carry an error. */
const codesOf = (body: object): readonly string[] =>
  [property(body, 'code'), property(body, 'type')].filter(
    (code): code is string => isCodeWord(code) && code !== 'error' && !code.startsWith('response.'),
  );
