import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers';

import { realNow, realTimers } from '../scaled-time.ts';

/**
 * Lets this whole process live in scaled time: clocks run `factor` times as fast, timers fire after as much less.
 *
 * So every contestant runs as it is, with the settings and the built-in constants that it would have outside (a first
 * backoff of a second, windows of a minute): nothing of it has to be scaled by hand, and nothing can be forgotten.
 */
export function scaleGlobals(factor: number): void {
  const startReal = realNow();
  const scaledEpochMs = (): number => startReal + (realNow() - startReal) * factor;

  performance.now = () => (realNow() - startReal) * factor;
  Date.now = () => Math.floor(scaledEpochMs());
  globalThis.Date = new Proxy(Date, {
    construct: (target, parameters, newTarget) =>
      Reflect.construct(
        target,
        parameters.length === 0 ? [Math.floor(scaledEpochMs())] : parameters,
        newTarget,
      ) as Date,
  });

  const cleared = new WeakSet<object>();

  /** Real timers may fire up to a millisecond early, which scaled up would be much: the rest is waited for. */
  const setScaledTimeout = (callback: (...parameters: unknown[]) => void, delayMs = 0, ...parameters: unknown[]) => {
    const dueReal = realNow() + (delayMs > 0 ? delayMs / factor : 0);
    const fire = (): void => {
      if (cleared.has(handle)) return;
      if (realNow() < dueReal) setImmediate(fire);
      else callback(...parameters);
    };
    const handle = realTimers.setTimeout(fire, Math.min(Math.ceil(delayMs / factor), 2_147_483_647));
    return handle;
  };
  const setScaledInterval = (callback: (...parameters: unknown[]) => void, delayMs = 0, ...parameters: unknown[]) =>
    realTimers.setInterval(callback, Math.max(1, delayMs / factor), ...parameters);
  const clearScaledTimeout = (handle: NodeJS.Timeout | string | number | undefined): void => {
    if (typeof handle === 'object') cleared.add(handle);
    realTimers.clearTimeout(handle);
  };

  const scaled = { setTimeout: setScaledTimeout, setInterval: setScaledInterval, clearTimeout: clearScaledTimeout };
  Object.assign(globalThis, scaled);
  Object.assign(timers, scaled);
  syncBuiltinESMExports();

  AbortSignal.timeout = (delayMs: number): AbortSignal => {
    const controller = new AbortController();
    const abort = (): void => controller.abort(new DOMException('The operation timed out.', 'TimeoutError'));
    setScaledTimeout(abort, delayMs).unref();
    return controller.signal;
  };
}
