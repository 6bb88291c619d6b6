'use client';

import type { StatusSnapshot } from 'ai-sdk-load-balancer/status';
import { useEffect, useState } from 'react';

type Endpoint = StatusSnapshot['endpoints'][number];

/** What the buttons say, and the mood that they bring. */
const BUTTONS = { Heal: 'healthy', Break: 'broken', 'Rate-limit': 'rate-limited', Slow: 'slow', Hang: 'hanging' };

export function Panel() {
  const [snapshot, setSnapshot] = useState<StatusSnapshot>();
  const [moods, setMoods] = useState<Readonly<Record<string, string>>>({});

  const ask = async (change?: { readonly name: string; readonly mood: string }) => {
    const headers = { 'content-type': 'application/json' };
    const post = change && { method: 'POST', headers, body: JSON.stringify(change) };
    const response = await fetch('/api/fleet', post);
    if (response.ok) setMoods((await response.json()) as Record<string, string>);
  };
  useEffect(() => {
    void ask();
    const events = new EventSource('/api/ring');
    events.addEventListener('message', ({ data }) => setSnapshot(JSON.parse(data as string) as StatusSnapshot));
    return () => events.close();
  }, []);

  return (
    <aside aria-label="Endpoints">
      <header>
        <h2>Endpoints</h2>
        <a href="/api/ring">Status page</a>
      </header>
      {snapshot === undefined && <p className="note">Not connected yet.</p>}
      {snapshot && snapshot.state !== 'local' && <p className="note">State: {snapshot.state}</p>}
      {snapshot?.endpoints.map((endpoint) => (
        <article key={endpoint.name} data-state={stateOf(endpoint, snapshot.at).state} aria-label={endpoint.name}>
          <h3>{endpoint.name}</h3>
          <p className="state">{stateOf(endpoint, snapshot.at).words}</p>
          <p className="note">{factsOf(endpoint)}</p>
          <div role="group" aria-label={`Change ${endpoint.name}`}>
            {endpoint.name in moods &&
              Object.entries(BUTTONS).map(([label, mood]) => (
                <button
                  key={mood}
                  aria-pressed={moods[endpoint.name] === mood}
                  onClick={() => void ask({ name: endpoint.name, mood })}
                >
                  {label}
                </button>
              ))}
          </div>
        </article>
      ))}
    </aside>
  );
}

function stateOf({ isSkipped, isDrained, closedGates, deployments }: Endpoint, at: number) {
  if (isSkipped) return { state: 'out', words: 'Skipped: no credentials' };
  if (isDrained) return { state: 'out', words: 'Drained' };
  const gate = [...closedGates, ...deployments.flatMap((each) => each.closedGates)][0];
  if (gate === undefined) return { state: 'in', words: 'Serving' };
  const left = gate.until === undefined ? '' : `, for another ${Math.max(0, Math.ceil((gate.until - at) / 1_000))} s`;
  const word = { 'rate-limit': 'Rate limited', probe: 'Being probed', cooldown: 'Out' }[gate.reason as string];
  return { state: 'out', words: `${word ?? gate.reason} ${causeOf(gate)}${left}` };
}

/** The status is of no use where the answer broke off later. */
const causeOf = (failure: {
  readonly class?: string;
  readonly statusCode?: number | undefined;
  readonly code?: string | undefined;
}) => [failure.class, failure.statusCode === 200 ? undefined : failure.statusCode, failure.code].join(' ').trim();

function factsOf({ deployments, traffic }: Endpoint): string {
  const inFlight = deployments.reduce((sum, each) => sum + each.inFlight, 0);
  const attempts = traffic.attempts.reduce((sum, count) => sum + count, 0);
  const [failure] = traffic.failures;
  const last = failure && `; last failure: ${causeOf(failure)}`;
  return `${inFlight} in flight; attempts in ten minutes: ${attempts}${last ?? ''}`;
}
