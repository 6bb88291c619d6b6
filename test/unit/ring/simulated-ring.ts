import { systemClock } from '../../../src/clock.ts';
import type { Deployment } from '../../../src/deployment/deployment.ts';
import { Lease } from '../../../src/deployment/lease.ts';
import { Endpoints } from '../../../src/endpoint/create-endpoints.ts';
import { EventEmitter } from '../../../src/event-emitter.ts';
import type { EndpointSettings } from '../../../src/index.ts';
import { Fleet } from '../../../src/ring/fleet.ts';
import { resolveSettings } from '../../../src/settings/resolve-settings.ts';
import { seededRandom } from './simulated-services.ts';

/** A ring on a clock of its own, that has happen what is due: a thousand calls take milliseconds. */
export function simulatedRing(endpoints: readonly EndpointSettings[], seed: number) {
  let now = 0;
  const random = seededRandom(seed);
  const due: { readonly at: number; readonly happen: () => void }[] = [];
  const at = (time: number, happen: () => void): void => {
    let index = due.length;
    while (index > 0 && (due[index - 1]?.at ?? 0) < time) index -= 1;
    due.splice(index, 0, { at: time, happen });
  };
  const settings = resolveSettings({ endpoints });
  const clock = { ...systemClock, now: () => now, random };
  const events = new EventEmitter();
  const fleet = new Fleet({ settings, endpoints: new Endpoints(settings, events).all, clock, events });
  return {
    ring: fleet.ring('chat', 'm'),
    random,
    events,
    now: () => now,
    after: (ms: number, happen: () => void) => at(now + ms, happen),
    /** Until nothing is due any more. */
    run: () => {
      for (let next = due.pop(); next !== undefined; next = due.pop()) {
        now = next.at;
        next.happen();
      }
    },
    lease: (deployment: Deployment) => new Lease(deployment, now, 1),
  };
}
