import { isCodeWord } from './code-word.ts';
import type { ClassifyFailure, FailureClass } from './failure.ts';

const CLASSES: ReadonlySet<unknown> = new Set<FailureClass>([
  'retryable',
  'rate-limited',
  'quota-exhausted',
  'misconfigured',
  'rejected',
  'aborted',
]);

/** A classifier of the user's that throws, or returns no class, must not leave a call without one. */
export function guardedClassifier(own: ClassifyFailure, fallback: ClassifyFailure): ClassifyFailure {
  return (error, context) => {
    try {
      const failure = own(error, context);
      if (!CLASSES.has(failure.class)) return fallback(error, context);
      // A time that is no number, such as that of a header that was not there, must not become the end of a rate limit.
      const retryAfterMs = Number.isFinite(failure.retryAfterMs) ? failure.retryAfterMs : undefined;
      return { ...failure, retryAfterMs, code: isCodeWord(failure.code) ? failure.code : undefined };
    } catch {
      // The failure itself is what the caller needs to hear of.
      return fallback(error, context);
    }
  };
}
