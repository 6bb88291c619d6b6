import type { Endpoint } from '../endpoint/endpoint.ts';
import type { ModelKind, SdkModel } from '../sdk.ts';
import { type EndpointMark, markOf } from './endpoint-mark.ts';
import { type OptionKeys, optionKeysOf } from './option-keys.ts';

/** What portability knows of a deployment: how its model is spoken to. */
export interface Place {
  readonly endpoint: Endpoint;
  readonly mark: EndpointMark;
  /** `undefined` for models that are not OpenAI's. */
  readonly keys: OptionKeys | undefined;
  readonly model: Pick<SdkModel, 'provider' | 'specificationVersion'>;
}

/** Looks at a deployment's model once, so that no call has to. */
export function placeOf(endpoint: Endpoint, model: SdkModel, kind: ModelKind): Place {
  const { provider, specificationVersion } = model;
  return {
    endpoint,
    mark: markOf(endpoint.name),
    keys: optionKeysOf(model, kind),
    model: { provider, specificationVersion },
  };
}
