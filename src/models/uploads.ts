import { UnsupportedFunctionalityError } from '@ai-sdk/provider';

import { AllEndpointsFailedError } from '../errors/all-endpoints-failed-error.ts';
import { placesOf, withIdsAt } from '../portability/placed-ids.ts';
import type { Options } from '../portability/prompt.ts';
import type { Fleet } from '../ring/fleet.ts';
import type { Ring } from '../ring/ring.ts';
import type { CallOptions, CallResult, SdkUploads } from '../sdk.ts';
import type { ModelContext } from './balanced-model.ts';
import { generate } from './generate.ts';

/** What is done at every endpoint, and what at the first that can do it. */
const EVERYWHERE = ['uploadFile', 'uploadSkill', 'deleteFile'] as const;
const ANYWHERE = ['getFileMetadata', 'downloadFile'] as const;

type Method = (typeof EVERYWHERE)[number] | (typeof ANYWHERE)[number];

/**
 * `files()` and `skills()` of a ring. An upload goes to every endpoint that can take it now, and comes back as one reference, which
 * holds the id of each; calls that refer to it go to these endpoints.
 *
 * @throws {UnsupportedFunctionalityError} when no endpoint's provider takes uploads.
 */
export function createUploads(kind: 'files' | 'skills', fleet: Fleet, context: ModelContext): object {
  const rings = fleet.single(kind);
  const [first] = rings;
  if (first === undefined) {
    const message = `No endpoint can take uploads: none of their providers has ${kind}().`;
    throw new UnsupportedFunctionalityError({ functionality: kind, message });
  }
  const { specificationVersion } = uploadsOf(first);
  const uploads: Record<string, unknown> = { specificationVersion, provider: `balanced.${kind}` };
  for (const method of [...EVERYWHERE, ...ANYWHERE]) {
    const able = rings.filter((ring) => uploadsOf(ring)[method] !== undefined);
    if (able.length === 0) continue;
    const ask = (ring: Ring, options: CallOptions): Promise<CallResult> => askOne(ring, context, method, options);
    const run = (ANYWHERE as readonly Method[]).includes(method) ? atOne : atEach;
    uploads[method] = (options: CallOptions) => run(reachable(able, options, context.clock.now()), options, ask);
  }
  return uploads;
}

type Ask = (ring: Ring, options: CallOptions) => Promise<CallResult>;

/** The endpoints that have a file, or that are to have it, and those of them that are asked: what is out would hold up all others. */
interface Reachable {
  readonly all: readonly Ring[];
  readonly asked: readonly Ring[];
}

const uploadsOf = (ring: Ring): SdkUploads => deploymentOf(ring).endpoint.model(ring.kind, ring.kind) as SdkUploads;
// Each of these rings has one.
const deploymentOf = ({ deployments }: Ring) => deployments[0] as (typeof deployments)[number];
const targetOf = (ring: Ring) => deploymentOf(ring).target(ring.kind);

function reachable(rings: readonly Ring[], { file }: CallOptions, now: number): Reachable {
  const places = placesOf(file as Options | undefined);
  const all = places.length === 0 ? rings : rings.filter((ring) => places.includes(targetOf(ring).mark.endpoint));
  const open = all.filter((ring) => ring.opens(now, { tokens: 1 }) === 'now');
  return { all, asked: open.length > 0 ? open : all };
}

function askOne(ring: Ring, context: ModelContext, method: Method, options: CallOptions): Promise<CallResult> {
  const placed = 'file' in options ? { ...options, file: withIdsAt(options['file'], targetOf(ring)) } : options;
  const parts = { ring, chain: undefined, context, settings: undefined, templates: [] };
  // Called as a member: it may be of a class.
  return generate<Required<SdkUploads>, CallResult>(parts, placed, (uploads, given) => uploads[method](given));
}

async function atEach({ all, asked }: Reachable, options: CallOptions, ask: Ask): Promise<CallResult> {
  const whole = await withWholeData(options);
  const ends = await Promise.allSettled(asked.map((ring) => ask(ring, whole)));
  const done = asked.flatMap((ring, index) => {
    const end = ends[index];
    return end?.status === 'fulfilled' ? [{ ring, result: end.value }] : [];
  });
  const [first] = done;
  if (first === undefined) throw failureOf(ends.map((end) => (end as PromiseRejectedResult).reason as unknown));
  const missing = all.filter((ring) => !done.some((each) => each.ring === ring));
  return {
    ...first.result,
    // What the first says under a key that others have too is what stays.
    providerReference: Object.assign({}, ...done.map(referenceOf).toReversed()),
    warnings: [...((first.result['warnings'] as readonly object[] | undefined) ?? []), ...missing.map(warningOf)],
  };
}

async function atOne({ asked }: Reachable, options: CallOptions, ask: Ask): Promise<CallResult> {
  const failures: unknown[] = [];
  for (const ring of asked) {
    try {
      // One after the other: the next is asked only when this one has failed.
      return await ask(ring, options);
    } catch (error) {
      failures.push(error);
    }
  }
  throw failureOf(failures);
}

/** The ids that an endpoint has given, and the first of them under its mark. */
function referenceOf({ ring, result }: { readonly ring: Ring; readonly result: CallResult }): object {
  const ids = (result['providerReference'] ?? {}) as Options;
  return { ...ids, [targetOf(ring).mark.endpoint]: Object.values(ids)[0] };
}

const warningOf = (ring: Ring): object => ({
  type: 'other',
  message: `Endpoint "${deploymentOf(ring).endpoint.name}" was not reached. What refers to this upload does not go there.`,
});

/** A stream can be read once, and an upload goes to several endpoints, to some of them twice. */
async function withWholeData(options: CallOptions): Promise<CallOptions> {
  const data = options['data'] as
    | { readonly type?: string; readonly stream?: ReadableStream<BufferSource> }
    | undefined;
  if (data?.type !== 'stream' || data.stream === undefined) return options;
  const { abortSignal: signal } = options;
  const stream = data.stream.pipeThrough(new TransformStream<BufferSource, BufferSource>(), signal && { signal });
  return {
    ...options,
    data: { type: 'data', data: new Uint8Array(await new Response(stream as BodyInit).arrayBuffer()) },
  };
}

/** One error for those of all endpoints. What the request is at fault for, or its caller, is said by any of them. */
function failureOf(errors: readonly unknown[]): unknown {
  const failed = errors.filter((error) => AllEndpointsFailedError.isInstance(error));
  const [first] = failed;
  if (first === undefined || failed.length < errors.length || failed.length === 1)
    return errors.find((error) => !AllEndpointsFailedError.isInstance(error)) ?? first;
  return new AllEndpointsFailedError({
    modelId: first.modelId,
    attempts: failed.flatMap(({ attempts }) => attempts),
    unavailable: failed.flatMap(({ unavailable }) => unavailable),
    errors: failed.flatMap((error) => error.rawErrors()),
    retryAfterMs: first.retryAfterMs,
    reason: 'All endpoints failed',
  });
}
