import type { Endpoint } from '../endpoint/endpoint.ts';
import type { ModelKind, SdkModel } from '../sdk.ts';
import type { CallDefaults } from '../settings/call-defaults.ts';
import { type EndpointMark, markOf } from './endpoint-mark.ts';
import { type OptionKeys, optionKeysOf } from './option-keys.ts';

/** How a deployment's model of one kind is spoken to. */
export interface Target {
  readonly endpoint: Endpoint;
  /** What content parts from there carry. */
  readonly mark: EndpointMark;
  /** Where the model reads its options; `undefined` for a model that is not OpenAI's. */
  readonly keys: OptionKeys | undefined;
  /** What the model says of itself, such as `azure.responses`. */
  readonly providerName: string;
  readonly specificationVersion: string;
  /** Options and headers of calls that go there, where any are configured. */
  readonly defaults: CallDefaults | undefined;
  /** Whether the model stands in for the one that is called. */
  readonly isStandIn?: boolean | undefined;
}

/**
 * The targets of a deployment. Each is read off the model once, so that no call has to.
 *
 * @param modelId any id that the deployment goes by.
 */
export function targetsOf(endpoint: Endpoint, modelId: string): (kind: ModelKind) => Target {
  const known = new Map<ModelKind, Target>();
  return (kind) => {
    const target = known.get(kind) ?? targetOf(endpoint, kind, modelId);
    known.set(kind, target);
    return target;
  };
}

function targetOf(endpoint: Endpoint, kind: ModelKind, modelId: string): Target {
  // There is a ring of this kind, so there is a model. One that was handed in may lack what its type says.
  const model: Partial<SdkModel> = endpoint.model(kind, modelId) ?? {};
  const { provider: providerName = '', specificationVersion = '' } = model;
  const defaults = endpoint.defaultsOf(modelId);
  const hasDefaults = defaults.providerOptions !== undefined || defaults.headers !== undefined;
  return {
    endpoint,
    mark: markOf(endpoint.name),
    keys: optionKeysOf(kind, providerName, specificationVersion),
    providerName,
    specificationVersion,
    defaults: hasDefaults ? defaults : undefined,
  };
}
