import { OURS } from './contestants/contestant.ts';
import { isDoubtful } from './effort.ts';
import type { Percentiles } from './percentiles.ts';
import type { Observation } from './records.ts';
import type { Scenario, Target } from './scenario.ts';
import type { Score } from './score.ts';

/** What one contestant came to. */
export interface Result {
  readonly contestant: string;
  readonly score: Score;
  readonly observation: Observation;
}

/** One scenario as a section in Markdown. */
export function section(scenario: Scenario, results: readonly Result[]): string {
  const columns = columnsFor(scenario, results);
  const lines = [
    `## ${scenario.name}`,
    '',
    `${scenario.title}. ${results[0]?.score.calls ?? 0} calls; time runs ${scenario.timeFactor} times as fast.`,
    '',
    row(['', ...columns.map(({ title }) => title)]),
    row(['---', ...columns.map(() => '--:')]),
    ...results.map((result) => row([nameOf(result), ...columns.map(({ of }) => of(result))])),
    ...results.slice(0, 1).map((result) => row(['*oracle*', ...columns.map(({ oracle }) => oracle?.(result) ?? '')])),
    '',
    ...(results.some((result) => wasTooBusy(result)) ? [TOO_BUSY_NOTE, ''] : []),
    ...results
      .filter(({ contestant }) => contestant === OURS)
      .flatMap(({ score }) => verdicts(scenario.targets, score)),
    '',
  ];
  return lines.join('\n');
}

const TOO_BUSY_NOTE =
  '† Its processes were short of processor time, on account of the machine or of what the contestant asks of it.';

const wasTooBusy = ({ observation: { client, server } }: Result): boolean => isDoubtful(client) || isDoubtful(server);
const nameOf = (result: Result): string => (wasTooBusy(result) ? `${result.contestant} †` : result.contestant);

/** Whether each figure was reached. */
export function verdicts(targets: readonly Target[], score: Score): readonly string[] {
  return targets.map(({ text, figure, atLeast = -Infinity, atMost = Infinity }) => {
    const value = figure(score);
    const isReached = value >= atLeast && value <= atMost;
    return `- ${isReached ? 'reached' : '**not reached**'}: ${text} (${formatFigure(value)})`;
  });
}

interface Column {
  readonly title: string;
  readonly of: (result: Result) => string;
  readonly oracle?: (result: Result) => string;
}

function columnsFor(scenario: Scenario, results: readonly Result[]): readonly Column[] {
  const has = (isShown: (score: Score) => boolean): boolean => results.some(({ score }) => isShown(score));
  return [
    { title: 'success', of: ({ score }) => percent(score.success) },
    { title: 'goodput', of: ({ score }) => percent(score.goodput), oracle: () => '100 %' },
    {
      title: 'latency p50 / p95 / p99, s',
      of: ({ score }) => seconds(score.latency),
      oracle: ({ score }) => seconds(score.oracleLatency),
    },
    ...(scenario.isStream
      ? [
          {
            title: 'first content p50 / p95 / p99, s',
            of: ({ score }: Result) => seconds(score.firstContent),
            oracle: ({ score }: Result) => seconds(score.oracleFirstContent),
          },
        ]
      : []),
    { title: 'attempts a success', of: ({ score }) => score.attemptsPerSuccess.toFixed(2) },
    { title: '429 a success', of: ({ score }) => score.rateLimitedPerSuccess.toFixed(3) },
    ...(has((score) => score.cutOff > 0)
      ? [{ title: 'attempts cut off', of: ({ score }: Result) => percent(score.cutOff) }]
      : []),
    ...(has((score) => score.attemptsOnDead > 0 || score.recoveryMs !== undefined)
      ? [{ title: 'attempts on dead', of: ({ score }: Result) => String(score.attemptsOnDead), oracle: () => '0' }]
      : []),
    ...(has((score) => score.recoveryMs !== undefined)
      ? [{ title: 'full share again after, s', of: ({ score }: Result) => recovery(score) }]
      : []),
    ...(scenario.showsShares === true
      ? [
          {
            title: 'shares of the answers, %',
            of: ({ score }: Result) => score.shares.map((share) => (100 * share).toFixed(1)).join(' / '),
          },
        ]
      : []),
    ...(has((score) => score.cacheHits > 0)
      ? [
          {
            title: 'cache hits',
            of: ({ score }: Result) => percent(score.cacheHits),
            oracle: ({ score }: Result) => percent(score.oracleCacheHits),
          },
        ]
      : []),
    ...(has((score) => score.whileAllDead !== undefined)
      ? [
          {
            title: 'carried across the blackout',
            of: ({ score }: Result) => percent(score.whileAllDead?.carried ?? Number.NaN),
          },
        ]
      : []),
    ...(has(({ fallback }) => fallback !== undefined)
      ? [
          {
            title: 'by the fallback',
            of: ({ score }: Result) => percent(score.fallback?.share ?? Number.NaN),
            oracle: ({ score }: Result) => percent(score.fallback?.oracleShare ?? Number.NaN),
          },
          {
            title: "first model's quota used",
            of: ({ score }: Result) => percent(score.fallback?.ownQuotaUsed ?? Number.NaN),
          },
        ]
      : []),
    ...(has(({ urgency }) => urgency !== undefined)
      ? [
          {
            title: 'interactive: success',
            of: ({ score }: Result) => percent(score.urgency?.interactiveSuccess ?? Number.NaN),
          },
          {
            title: 'interactive: wait p50 / p95 / p99, s',
            of: ({ score }: Result) => (score.urgency === undefined ? '' : seconds(score.urgency.interactiveWait)),
          },
          {
            title: 'answers to background calls',
            of: ({ score }: Result) => percent(score.urgency?.backgroundShare ?? Number.NaN),
          },
        ]
      : []),
    ...(has(({ integrity }) => integrity.badCalls > 0)
      ? [
          {
            title: 'failures shown / doubled / cut as whole / bad not asked once',
            of: ({ score: { integrity } }: Result) =>
              `${integrity.visibleFailures} / ${integrity.doubled} / ${integrity.cutAsWhole} / ${integrity.badNotAskedOnce}`,
          },
        ]
      : []),
  ];
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const seconds = ({ p50, p95, p99 }: Percentiles): string =>
  [p50, p95, p99].map((ms) => (ms / 1_000).toFixed(2)).join(' / ');
const recovery = ({ recoveryMs }: Score): string =>
  recoveryMs === undefined ? '' : recoveryMs === Infinity ? 'never' : (recoveryMs / 1_000).toFixed(1);
const formatFigure = (value: number): string => (Number.isInteger(value) ? String(value) : value.toFixed(3));
