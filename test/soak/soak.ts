import { setTimeout as wait } from 'node:timers/promises';

import type { BalancedProvider } from 'ai-sdk-load-balancer';

import { callKinds, type Ending } from './calls.ts';
import { makeProviders } from './providers.ts';
import { below, drawn, seededRandom, type Random } from './random.ts';
import { startSoakService } from './soak-service.ts';

/** What a soak found. */
export interface SoakReport {
  readonly seed: number;
  readonly calls: number;
  readonly requests: number;
  readonly endings: Readonly<Record<Ending['kind'], number>>;
  /** How often calls failed with which error. */
  readonly errors: Readonly<Record<string, number>>;
  /** Bytes of the heap after each tenth of the calls, when nothing was under way. */
  readonly heap: readonly number[];
  /** Everything that must not be. Empty when all is well. */
  readonly faults: readonly string[];
}

/** No call is under way for longer: its time limits end it much earlier. */
const HUNG_MS = 40_000;
const AT_ONCE = 100;
const BATCHES = 10;
/** What the heap may grow by over the last half, in bytes a call. An object that stays for each call is larger. */
const GROWTH_PER_CALL = 40;
const GROWTH_ALLOWED = 3_000_000;

/** The errors that the documentation names. Any other is a fault. */
const knownErrors = new Set(['after content', 'AI_AllEndpointsFailedError', 'AI_APICallError', 'AbortError']);

/** Makes so many calls of all kinds to services that misbehave in every way, and looks at everything that comes back. */
export async function soak(seed: number, calls: number): Promise<SoakReport> {
  const faults: string[] = [];
  const fault = (what: string) => faults.length < 20 && faults.push(what);
  process.on('unhandledRejection', (reason) => fault(`An unhandled rejection: ${describe(reason)}`));
  process.on('uncaughtException', (error) => fault(`An uncaught exception: ${describe(error)}`));
  process.on('warning', (warning) => warning.name.startsWith('MaxListeners') && fault(describe(warning)));

  const random = seededRandom(seed);
  const names = ['one', 'two', 'three', 'four'];
  const services = await Promise.all(
    names.map((name, index) => startSoakService(name, seededRandom(seed * 31 + index))),
  );
  const providers = makeProviders(services);
  const tally = { endings: { whole: 0, left: 0, failed: 0, wrong: 0 }, errors: new Map<string, number>() };
  const heap: number[] = [];

  const settle = (id: number, ending: Ending, aborted: boolean) => {
    tally.endings[ending.kind] += 1;
    if (ending.kind === 'wrong') fault(`Call ${id} got ${ending.what.slice(0, 300)}`);
    if (ending.kind !== 'failed') return;
    const name = ending.afterContent === true ? 'after content' : nameOf(ending.error);
    tally.errors.set(name, (tally.errors.get(name) ?? 0) + 1);
    if (!knownErrors.has(name) && !aborted) fault(`Call ${id} failed with ${describe(ending.error)}`);
  };

  let next = 0;
  for (let batch = 1; batch <= BATCHES; batch += 1) {
    const end = Math.round((calls * batch) / BATCHES);
    const worker = async () => {
      while (next < end) {
        const id = next++;
        const { ending, aborted } = await oneCall(id, providers, random);
        settle(id, ending, aborted);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    await quiet(services, providers, fault);
    globalThis.gc?.();
    heap.push(process.memoryUsage().heapUsed);
  }

  const early = heap[BATCHES / 2 - 1] ?? 0;
  const late = heap.at(-1) ?? 0;
  if (globalThis.gc && late - early > GROWTH_ALLOWED + (GROWTH_PER_CALL * calls) / 2) {
    fault(`The heap grew from ${early} to ${late} bytes in the last half of the calls.`);
  }
  const requests = services.reduce((sum, service) => sum + service.requests, 0);
  for (const service of services) for (const found of service.faults) fault(`${service.name}: ${describe(found)}`);
  await Promise.all(services.map((service) => service.close()));
  return { seed, calls, requests, endings: tally.endings, errors: Object.fromEntries(tally.errors), heap, faults };
}

async function oneCall(id: number, providers: readonly BalancedProvider[], random: Random) {
  const controller = new AbortController();
  const makeCall = drawn(random, callKinds);
  const balanced = providers[below(random, providers.length)];
  if (balanced === undefined) throw new Error('There is no provider.');
  const order = { id, words: 1 + below(random, 12) };
  const abortAfterMs = random() < 0.12 ? below(random, 40) : undefined;
  const leaves = random() < 0.12 ? { leavesAfter: 1 + below(random, 6) } : {};
  const timer = abortAfterMs === undefined ? undefined : setTimeout(() => controller.abort(), abortAfterMs);
  const watchdog = new AbortController();
  const hung = wait(HUNG_MS, { kind: 'wrong', what: 'nothing: it hung' } as const, { signal: watchdog.signal });
  hung.catch(() => undefined);
  const ended = makeCall({ balanced, order, abortSignal: controller.signal, ...leaves }).catch(
    (error: unknown): Ending => ({ kind: 'failed', error }),
  );
  const ending = await Promise.race([ended, hung]);
  watchdog.abort();
  clearTimeout(timer);
  return { ending, aborted: controller.signal.aborted };
}

/** Waits until the services see the last connection end, and looks at what is left behind. */
async function quiet(
  services: readonly { readonly name: string; readonly unfinished: number }[],
  providers: readonly BalancedProvider[],
  fault: (what: string) => void,
): Promise<void> {
  const isQuiet = () =>
    services.every((service) => service.unfinished === 0) && providers.every((balanced) => inFlight(balanced) === 0);
  for (let waited = 0; waited < 5_000 && !isQuiet(); waited += 10) await wait(10);
  for (const { name, unfinished } of services)
    if (unfinished > 0) fault(`${name} has ${unfinished} requests that do not end.`);
  for (const [index, balanced] of providers.entries()) {
    if (inFlight(balanced) > 0)
      fault(`Provider ${index} counts ${inFlight(balanced)} attempts in flight, and none is.`);
  }
}

/** The sum of every number under a key `inFlight`, at whatever depth. */
function inFlight(balanced: BalancedProvider): number {
  let sum = 0;
  JSON.stringify(balanced.status(), (key, value: unknown) => {
    if (key === 'inFlight' && typeof value === 'number') sum += value;
    return value;
  });
  return sum;
}

const nameOf = (error: unknown) => (error instanceof Error ? error.name : typeof error);

const describe = (error: unknown) =>
  error instanceof Error
    ? `${error.name}: ${error.message.slice(0, 300)} ${error.stack?.split('\n')[1] ?? ''}`
    : String(error);
