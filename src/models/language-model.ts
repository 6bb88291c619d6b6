import { type Answered, type Ask, BalancedCall } from '../failover/balanced-call.ts';
import { discardStream, FailoverStream } from '../failover/failover-stream.ts';
import type { CallOptions, CallResult, SdkLanguageModel, StreamPart, StreamResult } from '../sdk.ts';
import { type BalancedModelParts, ownProperties } from './balanced-model.ts';
import { generate } from './generate.ts';
import { type BalancedMetadata, withMetadata } from './balanced-metadata.ts';
import { mirror } from './mirror.ts';
import { PortableModel } from './portable-model.ts';
import { supportedUrls } from './supported-urls.ts';

/** A language model that stands for a ring of them. */
export function createLanguageModel(parts: BalancedModelParts<SdkLanguageModel>): SdkLanguageModel {
  const { ring, context, modelAt, templates } = parts;
  const [template] = templates as readonly [SdkLanguageModel];
  const portableModel = new PortableModel(parts);
  return mirror(() => template, {
    ...ownProperties(parts),
    ...supportedUrls(templates),
    doGenerate: (options: CallOptions): Promise<CallResult> =>
      generate(
        parts,
        options,
        (model, attemptOptions) => model.doGenerate(attemptOptions),
        undefined,
        portableModel.begin(options),
      ),

    async doStream(options: CallOptions): Promise<StreamResult> {
      const portable = portableModel.begin(options);
      const call = new BalancedCall(ring, options.abortSignal, context, true, portable.route);
      const ask: Ask<StreamResult> = ({ deployment, signal }) => {
        const adapted = portable.optionsAt(deployment);
        return modelAt(deployment).doStream(
          signal === adapted.abortSignal ? adapted : { ...adapted, abortSignal: signal },
        );
      };
      const { metadata, timeout, failoverOn } = context.settings;
      const balanced = ({ attempt }: Answered<StreamResult>): BalancedMetadata | undefined =>
        metadata ? { endpoint: attempt.deployment.endpoint.name, attempts: call.attempts.length } : undefined;
      const source = new FailoverStream(await call.answer(ask, discardStream), {
        call,
        ask,
        clock: context.clock,
        idleMs: timeout.idleMs,
        failsOverFiltered: failoverOn.has('content-filter'),
        carryBack: (part, { attempt }) => portable.carryBackPart(part, attempt.deployment),
        finish: (part, answered) => withMetadata(part, balanced(answered)),
      });
      // Nothing is read ahead: the timing of a reader is not ours to change.
      return asResult(source, new ReadableStream<StreamPart>(source, { highWaterMark: 0 }));
    },
  });
}

/** Objects in a stream's result that say which attempt it came from; it may fail over until its first content. */
const LATE_FIELDS = ['response', 'rawResponse', 'request'] as const;

/** The result of `doStream`. The AI SDK copies its fields early, but reads what is inside these late. */
function asResult(source: FailoverStream, stream: ReadableStream<StreamPart>): StreamResult {
  const result: Record<string, unknown> & { stream: ReadableStream<StreamPart> } = { ...source.result, stream };
  for (const field of LATE_FIELDS) {
    const first = source.result[field];
    if (typeof first !== 'object' || first === null) continue;
    const late = {};
    for (const key of Object.keys(first)) {
      const get = (): unknown => (source.result[field] as Readonly<Record<string, unknown>> | undefined)?.[key];
      Object.defineProperty(late, key, { get, enumerable: true });
    }
    result[field] = late;
  }
  return result;
}
