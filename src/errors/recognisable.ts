import { AISDKError } from '@ai-sdk/provider';

import { property } from '../foreign.ts';

type ErrorClass = new (options: never) => Error;

/** An error class of the AI SDK, with a name and an `isInstance` of its own. */
type Recognisable<Self, Base extends ErrorClass> = {
  new (options: Omit<ConstructorParameters<Base>[0], 'name'>): InstanceType<Base>;
  /** Whether `error` is one of these, also when another copy of this package made it. */
  isInstance(error: unknown): error is Self;
};

/**
 * The base of an error class of this package. Its instances carry a symbol, as the AI SDK's own do: `instanceof` fails as soon as
 * an app holds two copies of a package.
 *
 * @param Base the class of the AI SDK that the errors belong to.
 */
export function recognisable<Self, Base extends ErrorClass = typeof AISDKError>(
  name: string,
  // TypeScript does not see that this default and that of the type are the same.
  Base: ErrorClass = AISDKError,
): Recognisable<Self, Base> {
  const marker = Symbol.for(`ai-sdk-load-balancer.error.${name}`);
  class RecognisableError extends (Base as new (options: object) => Error) {
    constructor(options: object) {
      super({ ...options, name });
      this.name = name;
      Object.defineProperty(this, marker, { value: true });
    }

    static isInstance(error: unknown): error is Self {
      return property(error, marker) === true;
    }
  }
  // A class made in a function has the type of its base alone: which class extends it, it cannot know.
  return RecognisableError as unknown as Recognisable<Self, Base>;
}
