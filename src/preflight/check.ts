import type { Endpoint } from '../endpoint/endpoint.ts';
import { failureOfAnswer } from '../failure/failed-answer.ts';
import { mapCallOptions } from '../portability/map-options.ts';
import type { ModelKind } from '../sdk.ts';
import { type Finding, findingOf, missingFinding } from './finding.ts';
import { type AskedModel, fewestTokens, questionFor } from './request.ts';
import { type CheckContext, type Subject, subjectsOf } from './subjects.ts';

/** What `check()` may be told. */
export interface CheckOptions {
  /** Milliseconds that each request may take. @default 10_000 */
  readonly timeoutMs?: number | undefined;
  /** Is called with each row as soon as it is there, and how many there will be. */
  readonly onRow?: ((row: CheckRow, total: number) => void) | undefined;
}

/** One deployment and kind of model, or the credentials of an endpoint, as they were found. Holds no key, header, prompt or URL. */
export interface CheckRow {
  /** Name of the endpoint. */
  readonly endpoint: string;
  /** Name that the model has there; `undefined` where the row is about the endpoint's credentials. */
  readonly deployment: string | undefined;
  /** What was asked of it. */
  readonly kind: ModelKind | 'credentials';
  readonly ok: boolean;
  /** Milliseconds that its request took; 0 where there was none. */
  readonly durationMs: number;
  /** HTTP status of the failure. */
  readonly statusCode?: number;
  /** Code of the failure. */
  readonly code?: string;
  /** What is wrong, as a sentence. */
  readonly problem?: string;
  /** What to do, as a sentence that names the setting or the variable. */
  readonly advice?: string;
}

/** What `check()` has found. */
export interface CheckResult {
  /** Whether all rows are. */
  readonly ok: boolean;
  readonly rows: readonly CheckRow[];
}

/** Asks every deployment that is known once, all at the same time and past their gates: health learns nothing from it. */
export async function check(
  context: CheckContext,
  { timeoutMs = 10_000, onRow }: CheckOptions = {},
): Promise<CheckResult> {
  if (!Number.isFinite(timeoutMs) || timeoutMs <= 0) throw new TypeError('timeoutMs must be a number greater than 0.');
  const missing = context.endpoints.findMissing();
  const lacking = [...missing].flatMap(([endpoint, problems]) =>
    problems.map((problem) => rowOf(endpoint, undefined, 'credentials', 0, missingFinding(problem))),
  );
  const subjects = subjectsOf(context).filter(({ endpoint }) => !missing.has(endpoint));
  const tell = (row: CheckRow): CheckRow => {
    onRow?.(row, lacking.length + subjects.length);
    return row;
  };
  const asked = subjects.map(async (subject) => tell(await ask(subject, context, timeoutMs)));
  const rows = [...lacking.map(tell), ...(await Promise.all(asked))];
  const order = context.endpoints.all.map(({ name }) => name);
  const sorted = rows.toSorted((a, b) => order.indexOf(a.endpoint) - order.indexOf(b.endpoint));
  return Object.freeze({ ok: rows.every(({ ok }) => ok), rows: Object.freeze(sorted) });
}

async function ask(subject: Subject, { clock, settings }: CheckContext, timeoutMs: number): Promise<CheckRow> {
  const { endpoint, deployment, kind, modelId, target } = subject;
  const startedAt = clock.now();
  const controller = new AbortController();
  const [method, question] = questionFor(kind);
  let finding: Finding | undefined;
  const timer = clock.setTimeout(() => controller.abort(new DOMException('Too late.', 'TimeoutError')), timeoutMs);
  // A key function hears of no signal.
  const expired = new Promise<never>((_, reject) => {
    controller.signal.addEventListener('abort', () => reject(controller.signal.reason as Error));
  });
  try {
    // Where there is no such model, that is the failure.
    // What is asked depends on the kind, which the type of a model does not tell.
    const model = endpoint.model(kind, modelId) as unknown as AskedModel;
    const to = target();
    const fewest = fewestTokens(to.defaults?.providerOptions);
    const options = mapCallOptions({ ...question, ...fewest, headers: {}, abortSignal: controller.signal }, to);
    const answer = await Promise.race([model[method](options), expired]);
    const failure = failureOfAnswer(answer, question['values']);
    if (failure !== undefined) throw failure;
  } catch (error) {
    finding = findingOf(error, subject, settings);
  } finally {
    clock.clearTimeout(timer);
  }
  const durationMs = Math.round(clock.now() - startedAt);
  return rowOf(endpoint, deployment?.name, deployment === undefined ? 'credentials' : kind, durationMs, finding);
}

const rowOf = (
  { name }: Endpoint,
  deployment: string | undefined,
  kind: CheckRow['kind'],
  durationMs: number,
  finding: Finding | undefined,
): CheckRow =>
  Object.freeze({
    endpoint: name,
    deployment,
    kind,
    ok: finding === undefined,
    durationMs,
    ...finding,
  });
