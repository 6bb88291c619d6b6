export type { CheckOptions, CheckResult, CheckRow } from './preflight/check.ts';
export {
  type BalancedProvider,
  type BalancedProviderMembers,
  createBalancedProvider,
  type MakeModel,
} from './create-balanced-provider.ts';
export { type AllEndpointsFailedDetails, AllEndpointsFailedError } from './errors/all-endpoints-failed-error.ts';
export { AttemptTimeoutError, type TimeoutSetting } from './errors/attempt-timeout-error.ts';
export { CredentialError } from './errors/credential-error.ts';
export { IncompleteStreamError } from './errors/incomplete-stream-error.ts';
export { InvalidSettingsError, type SettingsProblem } from './errors/invalid-settings-error.ts';
export { MissingCredentialsError } from './errors/missing-credentials-error.ts';
export { MixedEmbeddingsError } from './errors/mixed-embeddings-error.ts';
export type {
  AttemptLabel,
  BalancedEventName,
  BalancedEvents,
  BalancedListener,
  CallLabel,
  ServerAddress,
  TokenUsage,
} from './events.ts';
export type { Candidate, Explanation, ModelExplanation, UnavailableCandidate } from './explain.ts';
export { classifyFailure } from './failure/classify-failure.ts';
export type {
  AttemptRecord,
  UnavailableReason,
  UnavailableRecord,
  ClassifyFailure,
  Failure,
  FailureClass,
  FailureContext,
  RejectionReason,
} from './failure/failure.ts';
export type { BalancedMetadata } from './models/balanced-metadata.ts';
export type {
  EmbeddingModel,
  ImageModel,
  LanguageModel,
  ModelKind,
  ModelSettings,
  OpenAITools,
  ProviderSpecification,
  DecisionModel,
  ExtractionModel,
  RerankingModel,
  SpeechModel,
  TranscriptionModel,
  Uploads,
} from './sdk.ts';
export type { CallDefaults, TimeoutSettings } from './settings/call-defaults.ts';
export type { BalancedCallOptions } from './settings/call-options.ts';
export type {
  ApiKey,
  AzureEndpointSettings,
  CommonEndpointSettings,
  DeploymentSettings,
  EndpointSettings,
  LimitSettings,
  OpenAIEndpointSettings,
  ProviderEndpointSettings,
  ServiceEndpointSettings,
} from './settings/endpoint-settings.ts';
export type { Urgency } from './queue/pick-request.ts';
export type { PickableDeployment, PickerFunction, PickerSetting } from './settings/picker-setting.ts';
export type {
  BalancedProviderSettings,
  CooldownSettings,
  HedgeSettings,
  MaxWaitSettings,
  RetrySettings,
} from './settings/settings.ts';
export type {
  Admission,
  AdmitRequest,
  Claim,
  CooldownRule,
  GateRecord,
  Move,
  Report,
  SharedState,
} from './shared-state.ts';
export type {
  BalancedStatus,
  BudgetStatus,
  ClosedGate,
  DeploymentStatus,
  EndpointStatus,
  HealthStatus,
  LimitStatus,
  RingStatus,
  WaitingStatus,
} from './status.ts';
export { VERSION } from './version.ts';
