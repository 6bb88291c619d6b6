/** Throws at whatever is read of it, but for what is given. */
export const throwing = (given: object = {}): object =>
  new Proxy(given, {
    get(target, key) {
      if (Object.hasOwn(target, key)) return (target as Record<PropertyKey, unknown>)[key];
      throw new Error('Not to be read.');
    },
    has: () => {
      throw new Error('Not to be asked.');
    },
  });

export function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

export const hostile: readonly (readonly [what: string, error: unknown])[] = [
  ['an error whose getters throw', throwing()],
  ['a revoked proxy', revoked()],
  ['a cause that is a revoked proxy', new Error('failed', { cause: revoked() })],
  ['a body that is a revoked proxy', Object.assign(new Error('failed'), { data: revoked(), responseBody: revoked() })],
  ['a list that is a revoked proxy', Object.assign(new AggregateError([]), { errors: revoked() })],
  ['a list that says that it is endless', Object.assign(new AggregateError([]), { errors: throwing([]) })],
  ['codes that are symbols', { code: Symbol('code'), type: Symbol('type'), error: { code: Symbol('code') } }],
  ['statuses that are none', { statusCode: Number.NaN, status: 1e9, code: -1, error: { status: 4.5 } }],
  ['an error that contains itself', selfContaining()],
];

function selfContaining(): object {
  const error: Record<string, unknown> = { message: 'failed' };
  error['error'] = error;
  error['response'] = error;
  error['innererror'] = error;
  error['choices'] = [error];
  error['data'] = error;
  error['cause'] = error;
  return error;
}
