import { isMark } from '../deployment/endpoint-mark.ts';
import type { Target } from '../deployment/target.ts';
import type { Options } from './prompt.ts';
import { mapChanged, withField } from './with-field.ts';

/*
 * What is uploaded through a ring has an id at each endpoint that took it. Its reference holds these by the marks of the endpoints,
 * beside the keys that the AI SDK reads, which cannot tell two accounts at one service apart.
 */

/** The marks of the endpoints that have what a reference stands for; none when it was not uploaded through a ring. */
export const placesOf = (ids: Options | undefined): readonly string[] => Object.keys(ids ?? {}).filter(isMark);

/** Part of a call, with the ids of one endpoint where its model looks for them. Made anew only as far as something changes. */
export function withIdsAt<Value>(value: Value, target: Target): Value {
  if (Array.isArray(value)) return mapChanged(value as readonly unknown[], (item) => withIdsAt(item, target)) as Value;
  if (typeof value !== 'object' || value === null || !isPlain(value)) return value;
  const id = (value as Options)[target.mark.endpoint];
  if (typeof id === 'string') return { ...value, ...Object.fromEntries(keysOf(target).map((key) => [key, id])) };
  let placed = value;
  for (const key in value) placed = withField(placed, key, withIdsAt(value[key], target));
  return placed;
}

/** The AI SDK looks for files under the model's key, and for skills under `openai`, also at Azure. */
const keysOf = ({ keys, providerName }: Target): readonly string[] =>
  keys === undefined ? [providerName.split('.', 1)[0] ?? ''] : [keys.read, 'openai'];

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
