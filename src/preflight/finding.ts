import { withoutUndefined } from '../endpoint/provider-settings.ts';
import { CredentialError } from '../errors/credential-error.ts';
import type { SettingsProblem } from '../errors/invalid-settings-error.ts';
import { classifyFailure } from '../failure/classify-failure.ts';
import type { Failure } from '../failure/failure.ts';
import { type FailureFacts, readFailure } from '../failure/failure-facts.ts';
import type { ResolvedSettings } from '../settings/resolve-settings.ts';
import { type SettingNames, settingNames } from './setting-names.ts';
import type { Subject } from './subjects.ts';

/** What is wrong with a deployment, or with the credentials of an endpoint. */
export interface Finding {
  readonly statusCode?: number;
  readonly code?: string;
  readonly problem: string;
  readonly advice: string;
}

/** A failure, what it is about, and which settings it may come from. */
interface Evidence extends SettingNames {
  readonly error: unknown;
  readonly failure: Failure;
  readonly status: number;
  readonly code: string;
  readonly facts: FailureFacts;
  readonly subject: Subject;
  /** Path that was asked for. */
  readonly path: string;
}

type Rule = readonly [
  holds: (evidence: Evidence) => boolean,
  problem: string | ((evidence: Evidence) => string),
  advice: (evidence: Evidence) => string,
];

/**
 * Whether a model or deployment is not there. Of a wrong path, Azure says `ResourceNotFound` or nothing, and OpenAI nothing. Ollama has
 * only words for a model.
 */
const isMissingModel = ({ status, code, facts }: Evidence): boolean =>
  facts.param === 'model' ||
  (/deployment|model|^not_?found/i.test(code) && !/unsupported/i.test(code)) ||
  (status === 404 && facts.words.some((words) => /\bmodel\b.*\bnot found/i.test(words)));

/** Of the rules that hold, the first counts. Nothing is shown of a service's own words, which may repeat a key. */
const RULES: readonly Rule[] = [
  [
    ({ error }) => CredentialError.isInstance(error),
    'Its function gave no key that can be sent',
    ({ key }) => `Look at ${key}: it threw, or returned nothing that a header can have.`,
  ],
  [
    ({ code }) => code === 'TimeoutError',
    'No answer came within the time of the check',
    ({ place }) => `Look at ${place} and the network on the way there, or give check() a longer timeoutMs.`,
  ],
  [
    ({ failure }) => failure.class === 'quota-exhausted',
    'The account has no money or no quota left',
    ({ key }) => `Pay for the account of ${key}, or raise its budget.`,
  ],
  [
    ({ failure }) => failure.class === 'rate-limited',
    'Its limits are spent for now',
    ({ at }) => `Check again later, or raise its quota: ${at('rpm')} and ${at('tpm')} keep calls within it.`,
  ],
  [
    ({ code }) => /organi[sz]ation|project/i.test(code),
    'The key is not one of the organization or project',
    ({ at, key }) => `Correct ${at('organization')} or ${at('project')}, or ${key}.`,
  ],
  [
    ({ code }) => code === 'AuthenticationTypeDisabled',
    'The resource takes no keys',
    ({ at, key }) => `Give ${at('tokenProvider')} instead of ${key}.`,
  ],
  [
    isMissingModel,
    ({ subject, path }) => `There is no "${subject.deployment?.name ?? subject.modelId}" at ${path}`,
    ({ at, model, key, status }) =>
      `${status === 403 ? `Let ${key} use it` : 'Deploy it'} there, correct ${model}, or leave it out of ${at('models')}.`,
  ],
  [
    ({ status, code }) => status === 403 || /permission|scope/i.test(code),
    'The key may not do this',
    ({ key, place }) => `Give ${key} the role or scope for it, and let this network in where ${place} is.`,
  ],
  [
    ({ failure, facts }) => failure.class === 'misconfigured' && facts.headers === undefined,
    'A key or another setting is missing',
    ({ key }) => `Look at ${key}: it lacks something, so nothing was sent.`,
  ],
  [
    ({ status, failure }) => status === 401 || (status === 0 && failure.class === 'misconfigured'),
    'The key was refused',
    ({ key, place }) => `Correct ${key}: it must be a key of the place that ${place} names.`,
  ],
  [
    ({ status }) => status === 404 || status === 405 || status === 410,
    ({ path }) => `There is nothing at ${path}`,
    ({ place, version, path, subject }) => {
      // Many services that speak OpenAI's API have none.
      const other = subject.kind === 'responses' ? " A service without a Responses API needs api: 'chat'." : '';
      return `Look at ${place}${version}: requests go to ${path}.${other}`;
    },
  ],
  [
    ({ status }) => status >= 300 && status < 400,
    'It answers with a redirect',
    ({ at, place }) => `Correct ${place}, or allow where it leads in ${at('redirect')}.`,
  ],
  [
    ({ failure, facts }) =>
      (failure.class === 'misconfigured' || failure.class === 'rejected') && !facts.isUnreadAnswer,
    ({ subject }) => `It does not take a request of kind ${subject.kind}`,
    ({ model, version, at }) =>
      `Look at ${model}${version}, and at ${at('providerOptions')} and ${at('headers')} where there are any.`,
  ],
  [
    ({ status, code }) => status >= 500 || (status >= 200 && code !== '' && !/^AI_|^empty/.test(code)),
    'The service fails',
    ({ place }) => `Check again later; then look at ${place}.`,
  ],
  [
    ({ facts, code }) => facts.headers !== undefined || /^AI_|^empty/.test(code),
    'What answers does not speak the API',
    ({ place }) => `Look at ${place}: it leads to something else.`,
  ],
  [() => true, 'There is no connection to it', ({ place, transport }) => `Look at ${place}${transport}.`],
];

/** What is wrong where a request has failed; `undefined` where the failure shows that the deployment works. */
export function findingOf(error: unknown, subject: Subject, settings: ResolvedSettings): Finding | undefined {
  const { endpoint, modelId } = subject;
  const failure = classifyFailure(error, { endpoint: endpoint.name, modelId });
  const { statusCode, code } = failure;
  const evidence: Evidence = {
    ...settingNames(subject, settings),
    error,
    failure,
    status: statusCode ?? 0,
    code: code ?? '',
    facts: readFailure(error),
    subject,
    path: endpoint.askedPath(error, modelId) ?? 'its address',
  };
  const rule = isFine(evidence) ? undefined : RULES.find(([holds]) => holds(evidence));
  if (rule === undefined) return undefined;
  const [, problem, advice] = rule;
  const words = [statusCode, code === String(statusCode) ? undefined : code].filter((word) => word !== undefined);
  const what = typeof problem === 'string' ? problem : problem(evidence);
  return {
    ...withoutUndefined({ statusCode, code }),
    problem: `${what}${words.length === 0 ? '' : ` (${words.join(' ')})`}.`,
    advice: advice(evidence),
  };
}

/** A variable that is missing, or has a value that cannot be. */
export const missingFinding = ({ path, message }: SettingsProblem): Finding => ({
  problem: `${path}: ${message}.`,
  advice: `Set ${/(?<=environment variable )\w+/.exec(message)?.[0] ?? 'what is named there'}, or correct ${path}.`,
});

/** A service that does not like the question has found what was asked. */
function isFine(evidence: Evidence): boolean {
  const { failure, subject, code, facts } = evidence;
  if (subject.deployment === undefined) return isMissingModel(evidence);
  if (failure.class !== 'rejected' || isMissingModel(evidence)) return false;
  const said = [code, facts.param, ...facts.words].join(' ');
  return failure.reason !== undefined || (subject.kind === 'image' ? /size|1x1/i : /max_\w*tokens/).test(said);
}
