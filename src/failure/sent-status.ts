import { headerOf, isObject, property } from '../foreign.ts';

/** The HTTP status of a failure, as it was sent: by the service's answer, or within the body of one that has status 200. */
export function sentStatus(chain: readonly object[], bodies: readonly object[]): number | undefined {
  const links = chain.filter((link) => !isGuessed(link));
  const ofAnswer = links.map((link) => property(link, 'statusCode')).find(isStatus);
  if (ofAnswer !== undefined && ofAnswer >= 400) return ofAnswer;
  // Some gateways put it into `code`.
  const named = [...links, ...bodies].flatMap((object) =>
    ['statusCode', 'status', 'code'].map((key) => toStatus(property(object, key))),
  );
  return named.find((status) => status !== undefined) ?? ofAnswer;
}

/**
 * Whether the AI SDK has made up an error's status, because the answer had status 200: 400 or 500 for a Responses answer that has
 * failed, and out of the words of the code for an error in a stream. The code itself says more.
 */
export function isGuessed(link: object): boolean {
  const status = property(link, 'statusCode');
  if (status === undefined || typeof property(link, 'isRetryable') !== 'boolean') return false;
  // Of an answer that it has read whole, it keeps what it has parsed; of a failure, the text.
  if (isObject(property(link, 'responseBody'))) return status === 400 || status === 500;
  const chunk = property(link, 'data');
  if (!isObject(chunk)) return false;
  if (property(chunk, 'sequence_number') !== undefined) return true;
  // After content it is no APICallError, which always has an address.
  if (property(link, 'url') === undefined) return true;
  const type = headerOf(property(link, 'responseHeaders'), 'content-type');
  return type?.includes('event-stream') === true && !isObject(property(chunk, 'error'));
}

const isStatus = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 100 && value < 600;

/** A status of a failure, as a number or as a text. */
function toStatus(value: unknown): number | undefined {
  const status = typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : value;
  return isStatus(status) && status >= 400 ? status : undefined;
}
