import type { AttemptRecord, FailureClass } from './failure/failure.ts';
import type { ModelKind } from './sdk.ts';

/** Tells which call an event is about: the same text in all events of a call, and in those of no other. */
export interface CallLabel {
  readonly callId: string;
  /** The model id of the attempt, or the one that the call is at: the caller's, or one that stands in for it. */
  readonly modelId: string;
  /** The model id that the caller asked for. */
  readonly requestedModelId: string;
}

/** Tells which attempt of which call an event is about, and where it goes. */
export interface AttemptLabel extends CallLabel {
  /** The same text in all events of an attempt. */
  readonly attemptId: string;
  /** Name of the endpoint. */
  readonly endpoint: string;
  /** Name that the model has there. */
  readonly deployment: string;
}

/** Where the requests of an endpoint go. */
export interface ServerAddress {
  /** Host name or IP address. */
  readonly address: string;
  readonly port: number;
}

/** Tokens that an answer reports. */
export interface TokenUsage {
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
  readonly totalTokens: number | undefined;
}

/** Every event and what its listeners get. No event holds a key, header, prompt or answer. */
export interface BalancedEvents {
  /** A call begins: before anything is picked. */
  readonly callStart: CallLabel & {
    /** `chat`, `responses`, `embedding`, `image`, … */
    readonly kind: ModelKind;
    readonly isStream: boolean;
  };
  /** A call finds no deployment that it may ask now, and waits in the queue. */
  readonly waiting: CallLabel;
  /** An attempt begins. */
  readonly attemptStart: AttemptLabel & {
    /** 1 for the first attempt of the call. */
    readonly attempt: number;
    /** Whether it finds out if the deployment, or its endpoint, works again. */
    readonly isProbe: boolean;
    /** Whether it goes beside one that is silent. */
    readonly isHedge: boolean;
    /** What the model says of itself, such as `azure.responses`. */
    readonly provider: string;
    /** Where the endpoint is; `undefined` for a provider that was handed in. */
    readonly server: ServerAddress | undefined;
  };
  /** An attempt has brought its first content, or its whole answer. */
  readonly content: AttemptLabel & {
    /** Milliseconds since the attempt began. */
    readonly afterMs: number;
  };
  /** An attempt has ended. */
  readonly attempt: AttemptLabel &
    AttemptRecord & {
      /** 1 for the first attempt of the call. */
      readonly attempt: number;
      /** Milliseconds from its start to its first content, where there was any. */
      readonly firstContentMs: number | undefined;
      /** What it used, where it succeeded and the service said. */
      readonly tokens: TokenUsage | undefined;
      /** Why its answer ended, as the AI SDK names it (`stop`, `length`, …), where it succeeded and its kind has one. */
      readonly finishReason: string | undefined;
    };
  /** A call goes on to another deployment. */
  readonly failover: CallLabel & {
    /** Name of the endpoint that failed. */
    readonly from: string;
    /** Name of the endpoint that is asked next. */
    readonly to: string;
    /** How the one before failed. */
    readonly class: FailureClass;
  };
  /** A second deployment is asked beside one that is silent. */
  readonly hedge: CallLabel & {
    /** Name of the endpoint that is silent. */
    readonly from: string;
    /** Name of the endpoint that is asked beside it. */
    readonly to: string;
    /** Milliseconds for which it has been silent. */
    readonly silentMs: number;
  };
  /** A deployment, or everything at an endpoint, was taken out. */
  readonly cooldown: {
    readonly endpoint: string;
    /** Name that the model has there; `undefined` when the whole endpoint was taken out. */
    readonly deployment: string | undefined;
    readonly class: FailureClass;
    /** Milliseconds until a probe may be sent. */
    readonly cooldownMs: number;
  };
  /** A probe succeeded, and ordinary traffic goes there again. */
  readonly recovered: {
    readonly endpoint: string;
    readonly deployment: string | undefined;
  };
  /** A deployment said that it takes no calls for a while. */
  readonly rateLimited: {
    readonly endpoint: string;
    readonly deployment: string;
    /** Milliseconds until it is asked again. */
    readonly retryAfterMs: number;
  };
  /** A call cannot go to an endpoint that others could: it wants something that this endpoint does not have. */
  readonly excluded: {
    readonly modelId: string;
    readonly endpoint: string;
    /** The tool, such as `openai.mcp`, or the file that it cannot be asked for. */
    readonly lacks: string;
  };
  /** A call has given up. `modelId` is the caller's. */
  readonly exhausted: CallLabel & {
    readonly attempts: readonly AttemptRecord[];
    readonly retryAfterMs: number | undefined;
  };
  /** A call is over; a stream with its last part. */
  readonly callEnd: CallLabel & {
    /** `aborted`: the caller has left. */
    readonly outcome: 'success' | 'failure' | 'aborted';
    /** Name of the endpoint that answered, where one did. */
    readonly endpoint: string | undefined;
    /** Attempts that the call took. */
    readonly attempts: number;
    /** Milliseconds from the start of the call to its end. */
    readonly durationMs: number;
    /** Milliseconds of these that it waited in the queue. */
    readonly waitedMs: number;
    /** Milliseconds from the start of the call to the first content that its caller got. */
    readonly firstContentMs: number | undefined;
    /** What the attempt used that answered, where the service said. */
    readonly tokens: TokenUsage | undefined;
  };
  /** The state that processes share does not answer: until it does, the ring goes on with what this process knows. */
  readonly stateLost: {
    /** `slow`: no answer in time; `down`: not connected; otherwise the server's own word, such as `READONLY`, or `failed`. */
    readonly reason: string;
  };
  /** It answers again. */
  readonly stateRestored: {
    /** Milliseconds since it was lost. */
    readonly apartMs: number;
  };
  /** Something works, but not as it was meant. */
  readonly warning: {
    /**
     * - `drained-endpoint-asked`: a call goes on from what only a drained endpoint has stored.
     * - `quota-shared`: two endpoints have one quota, as it seems by what they reject, and no `quotaGroup`.
     * - `same-endpoint-twice`: two endpoints are one and the same to the service.
     * - `same-settings-twice`: this process has another provider with the same settings.
     */
    readonly code: 'drained-endpoint-asked' | 'quota-shared' | 'same-endpoint-twice' | 'same-settings-twice';
    /** Name of the endpoint; `undefined` where the warning is about the provider. */
    readonly endpoint: string | undefined;
    /** What to know, as a sentence. */
    readonly message: string;
  };
}

/** Name of an event. */
export type BalancedEventName = keyof BalancedEvents;
/** Gets each event of its name, synchronously. What it throws or rejects with is dropped: it breaks no call. */
export type BalancedListener<Name extends BalancedEventName> = (event: BalancedEvents[Name]) => void;
