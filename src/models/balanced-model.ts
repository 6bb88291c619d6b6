import type { Attempt } from '../call/attempt.ts';
import type { CallContext } from '../call/call-context.ts';
import type { ConversationMemory } from '../portability/conversation-memory.ts';
import type { Chain } from '../ring/chain.ts';
import type { Ring } from '../ring/ring.ts';
import type { ModelSettings, SdkModel } from '../sdk.ts';

/** What all models of a provider share. */
export interface ModelContext extends CallContext {
  /** What calls leave behind for those that go on from them. */
  readonly memory: ConversationMemory;
}

/** What every balanced model is made of. */
export interface BalancedModelOptions<Model extends SdkModel> {
  readonly ring: Ring;
  /** Where other models stand in for it. */
  readonly chain: Chain | undefined;
  readonly context: ModelContext;
  /** AI SDK 4's second argument of model functions. */
  readonly settings: ModelSettings | undefined;
  /** One for each deployment, made before credentials are known: what the properties are read from. */
  readonly templates: readonly Model[];
}

/** The real model of an attempt. Not kept: when credentials were found, the endpoint has built it again. */
export const modelOf = <Model extends SdkModel>(
  { settings }: BalancedModelOptions<Model>,
  { call: { ring }, deployment }: Attempt,
): Model => deployment.endpoint.model(ring.kind, ring.modelId, settings) as Model;
