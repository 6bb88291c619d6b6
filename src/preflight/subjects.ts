import type { Clock } from '../clock.ts';
import type { Deployment } from '../deployment/deployment.ts';
import { type Target, targetsOf } from '../deployment/target.ts';
import type { Endpoints } from '../endpoint/create-endpoints.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { Fleet } from '../ring/fleet.ts';
import { idsNamed } from '../ring/model-ids.ts';
import type { Ring } from '../ring/ring.ts';
import type { ModelKind } from '../sdk.ts';
import type { ResolvedSettings } from '../settings/resolve-settings.ts';
import { kindOf } from './request.ts';

/** What a check looks at. */
export interface CheckContext {
  readonly fleet: Fleet;
  readonly endpoints: Endpoints;
  readonly settings: ResolvedSettings;
  readonly clock: Clock;
  /** The API that models are asked by whose names tell no other kind. */
  readonly api: ModelKind;
  readonly toLogical: (modelId: string) => string;
}

/** What is asked of one endpoint. */
export interface Subject {
  readonly endpoint: Endpoint;
  readonly modelId: string;
  readonly kind: ModelKind;
  /** May throw what its provider does. */
  readonly target: () => Target;
  /** `undefined` where nothing is known of an endpoint that could be asked for: its credentials are, by a model that it does not have. */
  readonly deployment: Deployment | undefined;
}

/** A service that finds no such model has accepted the key. */
const NO_MODEL = 'check-of-the-key';

/** Everything that is to be asked once: the models that settings name, and those asked for so far. */
export function subjectsOf({ fleet, endpoints, settings, api, toLogical }: CheckContext): readonly Subject[] {
  const used = fleet.rings;
  const ids = [...new Set(idsNamed(settings).map(toLogical))].filter(
    (id) => !used.some(({ modelId }) => modelId === id),
  );
  const rings = [...used, ...ids.flatMap((id) => ringOf(fleet, api, id))];
  const subjects = new Map<string, Subject>();
  for (const { kind, modelId, deployments } of rings) {
    for (const deployment of deployments) {
      const { endpoint, name, target } = deployment;
      const key = [endpoint.name, kind, name].join('\n');
      if (!subjects.has(key)) subjects.set(key, { endpoint, modelId, kind, deployment, target: () => target(kind) });
    }
  }
  const all = [...subjects.values()];
  const others = endpoints.all.filter((endpoint) => !all.some((subject) => subject.endpoint === endpoint));
  return [...all, ...others.map((endpoint) => credentialsOf(endpoint, api))];
}

const credentialsOf = (endpoint: Endpoint, kind: ModelKind): Subject => ({
  endpoint,
  modelId: NO_MODEL,
  kind,
  deployment: undefined,
  target: () => targetsOf(endpoint, NO_MODEL)(kind),
});

/** None where no endpoint serves an id. Where none has models of the kind that its name tells of, the name means something else. */
function ringOf(fleet: Fleet, api: ModelKind, id: string): readonly Ring[] {
  const names = fleet.members.map(({ endpoint }) => endpoint.nameOf(id));
  for (const kind of [kindOf([id, ...names], api), api]) {
    try {
      return [fleet.preview(kind, id)];
    } catch {
      // The next.
    }
  }
  return [];
}
