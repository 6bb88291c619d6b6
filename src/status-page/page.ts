import type { ClosedGate, DeploymentStatus, LimitStatus } from '../status.ts';
import { SCRIPT, STYLE } from './assets.ts';
import { MINUTES, type PastFailure, type Traffic } from './history.ts';
import { markup, Markup } from './markup.ts';
import type { StatusSnapshot } from './snapshot.ts';

type Endpoint = StatusSnapshot['endpoints'][number];

const NOTHING = new Markup('');

/** What the page depends on beside the snapshot. */
export interface PageOptions {
  /** Of this response: scripts and styles without it do not run. */
  readonly nonce: string;
  /** Of the forms; `undefined` where nothing may be changed. */
  readonly token: string | undefined;
}

/** The whole page. */
export function renderPage(snapshot: StatusSnapshot, { nonce, token }: PageOptions): string {
  const { endpoints, at } = snapshot;
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Endpoints</title>
<link rel="icon" href="data:,">
<style nonce="${nonce}">${new Markup(STYLE)}</style>
</head>
<body data-at="${at}">
<header>
<h1>Endpoints</h1>
<p role="status" id="summary">${summary(snapshot)}</p>
<noscript><p>Reload the page for newer figures.</p></noscript>
</header>
<main>
${waiting(snapshot)}
<div class="cards">${endpoints.map((endpoint, index) => card(endpoint, { at, index, token }))}</div>
</main>
<script nonce="${nonce}">${new Markup(SCRIPT)}</script>
</body>
</html>
`.text;
}

function summary({ endpoints, rings }: StatusSnapshot): string {
  if (endpoints.length === 0) return 'There are no endpoints.';
  const serving = endpoints.filter((endpoint) => stateOf(endpoint).name === 'serving').length;
  const out = new Set(rings.filter(({ isOut }) => isOut).map(({ modelId }) => modelId));
  const all = `${serving} of ${endpoints.length} ${endpoints.length === 1 ? 'endpoint' : 'endpoints'} can be asked.`;
  return out.size === 0 ? all : `${all} No endpoint can serve ${[...out].join(', ')}.`;
}

function waiting({ waiting: calls }: StatusSnapshot): Markup {
  if (calls.length === 0) return NOTHING;
  const rows = calls.map(
    (each) => markup`<li><strong>${each.calls}</strong> for ${each.modelId}, ${each.urgency}</li>`,
  );
  return markup`<section class="waiting"><h2>Calls waiting</h2><ul>${rows}</ul></section>`;
}

interface State {
  readonly name: 'serving' | 'limited' | 'drained' | 'out';
  readonly words: string;
}

/** An endpoint is out when it, or each of its deployments, is. */
function stateOf({ closedGates, deployments }: Endpoint): State {
  const isClosed = deployments.length > 0 && deployments.every((each) => each.closedGates.length > 0);
  const closed = isClosed ? [...closedGates, ...deployments.flatMap((each) => each.closedGates)] : closedGates;
  const reasons = new Set(closed.map(({ reason }) => reason));
  if (reasons.size === 0) return { name: 'serving', words: 'Serving' };
  if (reasons.has('drained')) return { name: 'drained', words: 'Drained' };
  if (reasons.has('skipped')) return { name: 'out', words: 'No credentials' };
  if (reasons.has('cooldown') || reasons.has('probe')) return { name: 'out', words: 'Out' };
  return { name: 'limited', words: 'At its limits' };
}

interface CardOptions {
  readonly at: number;
  readonly index: number;
  readonly token: string | undefined;
}

function card(endpoint: Endpoint, { at, index, token }: CardOptions): Markup {
  const { name, traffic, weight, priority, closedGates, deployments, isDrained } = endpoint;
  const { name: state, words } = stateOf(endpoint);
  const button = (action: string, label: string, place: number): Markup => markup`<form method="post">
<input type="hidden" name="token" value="${token}"><input type="hidden" name="endpoint" value="${name}">
<button id="button-${index}-${place}" name="action" value="${action}" aria-label="${label} ${name}">${label}</button></form>`;
  const buttons = [
    isDrained ? button('resume', 'Resume', 0) : button('drain', 'Drain', 0),
    button('reset', 'Reset', 1),
  ];
  return markup`<article class="${state}" aria-labelledby="name-${index}">
<div class="head"><h2 id="name-${index}">${name}</h2><span class="state">${words}</span></div>
<p class="note">Weight ${weight}, priority ${priority}</p>
${gates(closedGates, at)}
${chart(traffic)}
<dl>
<div><dt>Success</dt><dd>${traffic.successRate === undefined ? '–' : percent(traffic.successRate)}</dd></div>
<div><dt>First content p50</dt><dd>${duration(traffic.firstContentP50Ms)}</dd></div>
<div><dt>p95</dt><dd>${duration(traffic.firstContentP95Ms)}</dd></div>
</dl>
${limits(endpoint)}
<ul class="deployments">${deployments.map((each) => deployment(each, at))}</ul>
${failures(traffic.failures)}
${token === undefined ? NOTHING : markup`<div class="actions">${buttons}</div>`}
</article>
`;
}

const deployment = (status: DeploymentStatus, at: number): Markup => markup`<li><strong>${status.deployment}</strong>
<span class="note">${status.kind}, ${status.inFlight} in flight</span>${limits(status)}${gates(status.closedGates, at)}</li>`;

const REASONS: Readonly<Record<ClosedGate['reason'], string>> = {
  drained: 'Drained',
  cooldown: 'Out after',
  probe: 'Being probed after',
  'rate-limit': 'Rate limited',
  limits: 'Its limits are spent',
  maxConcurrency: 'As many attempts as maxConcurrency allows',
  skipped: 'No credentials',
};

function gates(closed: readonly ClosedGate[], at: number): Markup {
  const rows = closed.map((gate) => {
    const cause = gate.reason === 'rate-limit' ? gate.statusCode : failureInWords(gate);
    const left = gate.until === undefined ? NOTHING : countdown(gate.until, at);
    return markup`<li>${REASONS[gate.reason]} ${cause} <span class="note">since ${clockTime(gate.since)}</span>${left}</li>`;
  });
  return rows.length === 0 ? NOTHING : markup`<ul class="gates">${rows}</ul>`;
}

const countdown = (until: number, at: number): Markup =>
  markup`, for another <time data-until="${until}">${Math.max(0, Math.ceil((until - at) / 1_000))} s</time>`;

function failures(past: readonly PastFailure[]): Markup {
  if (past.length === 0) return NOTHING;
  const rows = past.map(
    (each) =>
      markup`<li>${clockTime(each.at)} ${failureInWords(each)} <span class="note">${each.deployment}</span></li>`,
  );
  return markup`<div class="failures"><h3>Last failures</h3><ul>${rows}</ul></div>`;
}

const failureInWords = (failure: Partial<Pick<PastFailure, 'class' | 'statusCode' | 'code'>>): string =>
  [failure.class, failure.statusCode, failure.code === String(failure.statusCode) ? undefined : failure.code]
    .filter((word) => word !== undefined)
    .join(' ');

function limits({ requests, tokens }: LimitStatus): Markup {
  const rows = Object.entries({ requests, tokens }).flatMap(([unit, budget]) => {
    if (budget === undefined) return [];
    const { used, limit } = budget;
    return [
      markup`<li>${used} of ${limit} ${unit} a minute
<meter aria-label="${unit} used" min="0" max="${limit}" value="${Math.min(used, limit)}"></meter></li>`,
    ];
  });
  return rows.length === 0 ? NOTHING : markup`<ul>${rows}</ul>`;
}

/** A bar for each minute, as high as the endpoint's share of all attempts. */
function chart({ shares, attempts }: Traffic): Markup {
  const total = attempts.reduce((sum, count) => sum + count, 0);
  const label = `Attempts in ${MINUTES} minutes: ${total}, now ${percent(shares.at(-1) ?? 0)} of all`;
  const bars = shares.map((share, index) => {
    const height = (20 * share).toFixed(1);
    return markup`<rect x="${index * 10}" y="${(20 - 20 * share).toFixed(1)}" width="8" height="${height}"/>`;
  });
  return markup`<figure><svg viewBox="0 0 98 20" preserveAspectRatio="none" role="img" aria-label="${label}">
<path d="M0 20H98"/>${bars}</svg><figcaption>${label}</figcaption></figure>`;
}

const percent = (part: number): string => `${(100 * part).toFixed(part > 0 && part < 1 ? 1 : 0)} %`;

function duration(ms: number | undefined): string {
  if (ms === undefined) return '–';
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

/** Of UTC: a server does not know where its reader is. */
function clockTime(at: number): Markup {
  const iso = new Date(at).toISOString();
  return markup`<time datetime="${iso}">${iso.slice(11, 19)} UTC</time>`;
}
