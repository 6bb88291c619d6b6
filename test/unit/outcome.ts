/** How a call stands, without waiting for it. */
export interface Outcome<T> {
  state: 'pending' | 'fulfilled' | 'rejected';
  value?: T;
  error?: unknown;
  /** When it settled, by `performance.now()`. */
  settledAt?: number;
}

/** Watches a call, so that a test can move time while it is under way. */
export function watch<T>(call: PromiseLike<T>): Outcome<T> {
  const outcome: Outcome<T> = { state: 'pending' };
  call.then(
    (value) => void Object.assign(outcome, { state: 'fulfilled', value, settledAt: performance.now() }),
    (error: unknown) => void Object.assign(outcome, { state: 'rejected', error, settledAt: performance.now() }),
  );
  return outcome;
}

/** What a call that has to fail is rejected with. */
export async function errorOf(call: PromiseLike<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new Error('It did not fail.');
}

/** What a function that has to throw throws. */
export function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('It did not throw.');
}
