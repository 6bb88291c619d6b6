import type { SettingsProblem } from '../errors/invalid-settings-error.ts';

/** Finds what is wrong with a value. Messages continue the path: "endpoints[1].weight: must be a number". */
export type Check = (value: unknown, path: string) => readonly SettingsProblem[];

type Fields = Readonly<Record<string, unknown>>;

export const isCallable = (value: unknown): boolean => typeof value === 'function';

export const isObject = (value: unknown): value is object =>
  (typeof value === 'object' && value !== null) || typeof value === 'function';

/** `{}` and the like: a `Map` or `Headers` has its entries where no setting is looked for. */
const isPlain = (value: unknown): value is Fields => {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Settings may come from another realm, as in a test runner's sandbox, and have its `Object.prototype`.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
};

export const anything: Check = () => [];

/** One condition, of a value whose type was checked before, in turn, where that is not `unknown`. */
export const must =
  <Value>(message: string, holds: (value: Value) => boolean): Check =>
  (value, path) =>
    holds(value as Value) ? [] : [{ path, message }];

/** Of a text or a list. */
const filled = must<string | readonly unknown[]>('must not be empty', ({ length }) => length > 0);

/** Checks of which each builds on those before it: the first that finds something ends it. */
export const inTurn =
  (...checks: readonly Check[]): Check =>
  (value, path) => {
    for (const check of checks) {
      const problems = check(value, path);
      if (problems.length > 0) return problems;
    }
    return [];
  };

const join = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

/** An object with these settings and no others. A setting that is `undefined` counts as left out. */
export const object = (settings: Readonly<Record<string, Check>>, required: readonly string[] = []): Check => {
  const unknown = must(`is unknown; there are ${Object.keys(settings).join(', ')}`, () => false);
  return inTurn(must('must be a plain object', isPlain), (value, path) => {
    const given = Object.entries(value as Fields).filter(([, setting]) => setting !== undefined);
    const missing = required.filter((name) => !given.some(([known]) => known === name));
    return [
      ...missing.map((name) => ({ path: join(path, name), message: 'is missing' })),
      ...given.flatMap(([name, setting]) => {
        const check = Object.hasOwn(settings, name) ? settings[name] : undefined;
        return (check ?? unknown)(setting, join(path, name));
      }),
    ];
  });
};

/** An object whose keys are not known beforehand. A list is none. */
export const record = (message: string, check: Check): Check =>
  inTurn(must(message, isPlain), (value, path) =>
    Object.entries(value as Fields).flatMap(([name, entry]) => check(entry, join(path, name))),
  );

export const list = (message: string, check: Check): Check =>
  inTurn(must(message, Array.isArray), (value, path) =>
    (value as readonly unknown[]).flatMap((entry, index) => check(entry, `${path}[${index}]`)),
  );

export const filledList = (message: string, check: Check): Check => inTurn(list(message, check), filled);

export const oneOf = (...values: readonly string[]): Check =>
  must<string>(`must be ${values.map((value) => `'${value}'`).join(' or ')}`, (value) => values.includes(value));

export const string = must('must be a string', (value) => typeof value === 'string');

export const text = inTurn(string, filled);

export const flag = must('must be true or false', (value) => typeof value === 'boolean');

export const callable = must('must be a function', isCallable);

export const number = must('must be a finite number', Number.isFinite);

export const positive = inTurn(
  number,
  must<number>('must be greater than 0', (value) => value > 0),
);

export const atLeast = (least: number): Check =>
  inTurn(
    number,
    must<number>(`must be ${least} or more`, (value) => value >= least),
  );

export const wholeFrom = (least: number): Check =>
  inTurn(atLeast(least), must('must be a whole number', Number.isInteger));
