import type { Attributes, BatchObservableCallback, Meter, Observable } from '@opentelemetry/api';

import { LruMap } from '../lru-map.ts';
import type { BalancedStatus } from '../status.ts';

/** Gates that are told to be open again: model ids may come from anywhere. */
const MOST = 1_000;

/** What is so at a moment is read when metrics are collected. Returns how to stop. */
export function observeStatus(meter: Meter, status: () => BalancedStatus): () => void {
  const waiting = meter.createObservableUpDownCounter('balanced.calls.waiting', {
    unit: '{call}',
    description: 'Calls that wait for a deployment.',
  });
  const inFlight = meter.createObservableUpDownCounter('balanced.attempts.in_flight', {
    unit: '{attempt}',
    description: 'Attempts under way.',
  });
  const closed = meter.createObservableUpDownCounter('balanced.gates.closed', {
    unit: '{gate}',
    description: 'Reasons for which a deployment or an endpoint may not be asked.',
  });
  const instruments: Observable[] = [waiting, inFlight, closed];
  const everClosed = new LruMap<string, Attributes>(MOST);
  const observe: BatchObservableCallback = (result) => {
    const { endpoints, rings, waiting: calls } = status();
    // None waiting is worth saying: what an alert looks at has to be there, and SDKs repeat what was observed last.
    for (const modelId of new Set(rings.map((ring) => ring.modelId))) {
      for (const urgency of ['interactive', 'background']) {
        const waits = calls.find((each) => each.modelId === modelId && each.urgency === urgency);
        result.observe(waiting, waits?.calls ?? 0, { 'gen_ai.request.model': modelId, 'balanced.urgency': urgency });
      }
    }
    const now = new Set<Attributes>();
    const observeClosed = (attributes: Attributes): void => {
      everClosed.set(JSON.stringify(attributes), attributes);
      now.add(attributes);
      result.observe(closed, 1, attributes);
    };
    for (const { name, closedGates, deployments } of endpoints) {
      const at = { 'balanced.endpoint': name };
      for (const { reason } of closedGates) observeClosed({ ...at, 'balanced.reason': reason });
      for (const { deployment, kind, inFlight: attempts, closedGates: own } of deployments) {
        const where = { ...at, 'balanced.deployment': deployment, 'balanced.kind': kind };
        result.observe(inFlight, attempts, where);
        for (const { reason } of own) observeClosed({ ...where, 'balanced.reason': reason });
      }
    }
    for (const attributes of everClosed.values()) if (!now.has(attributes)) result.observe(closed, 0, attributes);
  };
  meter.addBatchObservableCallback(observe, instruments);
  return () => meter.removeBatchObservableCallback(observe, instruments);
}
