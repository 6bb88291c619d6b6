import { APICallError } from '@ai-sdk/provider';

import type { ResponseHeaders } from './retry-after.ts';

/** What an error says of itself, wherever it says it. */
export interface FailureFacts {
  readonly isAPICall: boolean;
  readonly statusCode: number | undefined;
  readonly headers: ResponseHeaders;
  readonly body: string | undefined;
  /** Every `code` and `type` of the error, its body and its causes, the most telling first. */
  readonly codes: readonly string[];
  /** The parameter that an OpenAI error is about. */
  readonly param: string | undefined;
  /** Names of the error and its causes. */
  readonly names: readonly string[];
}

/** Reads what can be known of a failure: from an AI SDK error, from an error part's plain object, or from a network error. */
export function readFailure(error: unknown): FailureFacts {
  const chain = causes(error);
  const call = chain.find((link) => APICallError.isInstance(link));
  const bodies = chain.flatMap((link) => errorBodies(link));
  return {
    isAPICall: call !== undefined,
    statusCode: call?.statusCode ?? statusOf(chain, bodies),
    headers: call?.responseHeaders ?? {},
    body: asText(call?.responseBody) ?? textOf(bodies[0]),
    codes: [...bodies.flatMap(codesOf), ...chain.flatMap(codesOf)],
    param: bodies.map((body) => body['param']).find((param) => typeof param === 'string'),
    names: chain.flatMap(({ name }) => (typeof name === 'string' ? name : [])),
  };
}

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

/** The error and what caused it; a cause may be a loop. */
function causes(error: unknown): readonly Fields[] {
  const chain: Fields[] = [];
  for (let link = error; isObject(link) && !chain.includes(link) && chain.length < 8; link = link['cause']) {
    chain.push(link);
    // undici puts the attempts of "happy eyeballs" into an AggregateError.
    if (Array.isArray(link['errors'])) chain.push(...link['errors'].filter(isObject));
  }
  return chain;
}

/** `{ error: { code, type, param } }` as OpenAI and Azure write it: parsed, as text, or as the error part of a stream itself. */
function errorBodies(link: Fields): readonly Fields[] {
  const containers = [link['data'], parse(link['responseBody']), link];
  return containers.filter(isObject).flatMap((container) => {
    const { error, response } = container;
    // `response.failed` of the Responses API has the error one level down.
    const nested = isObject(response) ? response['error'] : undefined;
    const found = [error, nested].filter(isObject);
    return found.flatMap((body) => (isObject(body['innererror']) ? [body, body['innererror']] : [body]));
  });
}

/** AI SDK 4 puts the parsed body there now and then. */
function parse(text: unknown): unknown {
  if (typeof text !== 'string') return text;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const codesOf = ({ code, type }: Fields): readonly string[] =>
  [code, type].filter((word): word is string => typeof word === 'string' && word !== 'error');

/** A stream's error may name its HTTP status without being an APICallError; some gateways put it into `code`. */
function statusOf(chain: readonly Fields[], bodies: readonly Fields[]): number | undefined {
  const named = [...chain, ...bodies].flatMap(({ statusCode, status, code }) => [statusCode, status, code]);
  return named.map(toStatus).find((value) => value !== undefined);
}

function toStatus(value: unknown): number | undefined {
  const isNumeric = typeof value === 'number' || (typeof value === 'string' && /^\d{3}$/.test(value));
  const status = isNumeric ? Number(value) : 0;
  return status >= 400 && status < 600 ? status : undefined;
}

const textOf = (body: Fields | undefined): string | undefined => asText(body?.['message']);

const asText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
