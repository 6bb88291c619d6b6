import type { AttemptRecord, UnavailableRecord } from './failure.ts';

/** `out for 599 s after misconfigured 401` */
export function unavailableInWords(record: Omit<UnavailableRecord, 'endpoint' | 'deployment'>): string {
  const { reason, availableInMs } = record;
  const time = availableInMs === undefined ? '' : ` for ${seconds(availableInMs)}`;
  const cause = failureInWords(record);
  const after = cause === '' ? '' : ` after ${cause}`;
  switch (reason) {
    case 'drained':
      return 'drained';
    case 'cooldown':
      return `out${time}${after}`;
    case 'probe':
      return `being probed${after}`;
    case 'rate-limit':
      return `rate limited${time}`;
    case 'limits':
      return `its limits are spent${time}`;
    case 'maxConcurrency':
      return 'maxConcurrency reached';
    case 'skipped':
      return 'no credentials';
  }
}

/** `retryable 503 overloaded` */
export const failureInWords = ({
  class: failureClass,
  statusCode,
  code,
}: Pick<AttemptRecord | UnavailableRecord, 'class' | 'statusCode' | 'code'>): string =>
  [failureClass, statusCode, code === String(statusCode) ? undefined : code]
    .filter((word) => word !== undefined)
    .join(' ');

/** Whole seconds, none of them too few. */
export const seconds = (milliseconds: number): string => `${Math.ceil(milliseconds / 1000)} s`;
