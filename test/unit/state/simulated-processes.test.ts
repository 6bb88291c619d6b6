import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createBalancedProvider } from '../../../src/index.ts';
import { MemoryState } from '../../support/memory-state.ts';
import { apiError } from '../api-error.ts';
import { answers, type Behaviour, FakeEndpoint, prompt } from '../fake-endpoint.ts';
import { pass, useFakeTime } from '../fake-time.ts';
import { watch } from '../outcome.ts';

useFakeTime();

const MOST = 3;
const RPM = 120;
const LEASE_MS = 3_000;
const COOLDOWN_MS = 1_000;

/** The state as one process sees it, until it dies: a dead process neither asks nor hears. */
class ProcessState extends MemoryState {
  isDead = false;
  readonly #common: MemoryState;

  constructor(common: MemoryState) {
    super(() => 0, common);
    this.#common = common;
  }

  override admit(request: Parameters<MemoryState['admit']>[0]): ReturnType<MemoryState['admit']> {
    return this.#ask(() => this.#common.admit(request));
  }

  override report(report: Parameters<MemoryState['report']>[0]): ReturnType<MemoryState['report']> {
    return this.#ask(() => this.#common.report(report));
  }

  #ask<T>(question: () => Promise<T>): Promise<T> {
    return this.isDead ? new Promise(() => {}) : question();
  }
}

/** What living processes have under way, and when they began it. */
class Service {
  readonly underWay = new Set<ProcessState[]>();
  mostUnderWay = 0;
  isDown = false;
  readonly starts: number[] = [];
  /** Probes of living processes under way. */
  readonly probes = new Map<string, ProcessState>();
  mostProbes = 0;
}

function serving(service: Service, process: ProcessState, name: string): FakeEndpoint {
  const generate: Behaviour['generate'] = async (attempt) => {
    if (process.isDead) return new Promise(() => {});
    const own = [process];
    service.underWay.add(own);
    const living = [...service.underWay].filter(([each]) => each?.isDead === false);
    service.mostUnderWay = Math.max(service.mostUnderWay, living.length);
    service.starts.push(performance.now());
    const serviceMs = 50 + ((attempt.startedAt * 7_919) % 400);
    const isFailing = service.isDown;
    await new Promise((resolve) => setTimeout(resolve, serviceMs));
    if (process.isDead) return new Promise(() => {});
    service.underWay.delete(own);
    if (isFailing) throw apiError(500);
    return answers().generate(attempt);
  };
  return new FakeEndpoint(name, { ...answers(), generate });
}

const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        does: fc.constant('ask' as const),
        process: fc.nat(7),
        times: fc.integer({ min: 1, max: 6 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ does: fc.constant('die' as const), process: fc.nat(7) }) },
    { weight: 1, arbitrary: fc.record({ does: fc.constantFrom('fail' as const, 'heal' as const) }) },
    { weight: 4, arbitrary: fc.record({ does: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 2_500 }) }) },
  ),
  { minLength: 10, maxLength: 40 },
);

describe('simulated processes on one state', () => {
  it('overrun no limit, send one probe at a time, and lose no place for good, whatever fails and whichever dies', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 8 }),
        fc.integer({ min: 0, max: 1e12 }),
        steps,
        async (count, clock, script) => {
          const common = new MemoryState(() => clock + performance.now(), { leaseMs: LEASE_MS });
          const service = new Service();
          const processes = Array.from({ length: count }, () => {
            const state = new ProcessState(common);
            const endpoint = serving(service, state, 'one');
            const balanced = createBalancedProvider({
              endpoints: [endpoint.settings({ maxConcurrency: MOST, rpm: RPM })],
              cooldownMs: COOLDOWN_MS,
              failureThreshold: 2,
              retry: { rounds: 1 },
              maxWaitMs: 20_000,
              state,
            });
            balanced.on('attemptStart', ({ attemptId, isProbe }) => {
              if (!isProbe || state.isDead) return;
              service.probes.set(attemptId, state);
              service.mostProbes = Math.max(service.mostProbes, service.probes.size);
            });
            balanced.on('attempt', ({ attemptId }) => void service.probes.delete(attemptId));
            return { state, balanced };
          });
          for (const step of script) {
            if (step.does === 'pass') await pass(step.ms);
            else if (step.does === 'fail' || step.does === 'heal') service.isDown = step.does === 'fail';
            else if ('process' in step) {
              const { state, balanced } = processes[step.process % count] as (typeof processes)[number];
              if (step.does === 'ask' && !state.isDead)
                for (let time = 0; time < step.times; time += 1) watch(balanced('m').doGenerate({ prompt }));
              // One process stays.
              if (step.does === 'die' && processes.filter((each) => !each.state.isDead).length > 1 && !state.isDead) {
                state.isDead = true;
                for (const [id, of] of service.probes) if (of === state) service.probes.delete(id);
              }
            }
          }
          service.isDown = false;
          await pass(LEASE_MS + 25_000);

          expect(service.mostUnderWay).toBeLessThanOrEqual(MOST);
          expect(service.mostProbes).toBeLessThanOrEqual(1);
          for (const start of service.starts) {
            const within = service.starts.filter((other) => other >= start && other <= start + 10_000).length;
            expect(within).toBeLessThanOrEqual(RPM + RPM / 6 + 1);
          }
          // All is free again: as many as may be are served at once.
          const last = processes.find(({ state }) => !state.isDead);
          const calls = Array.from({ length: MOST }, () =>
            watch(last?.balanced('m').doGenerate({ prompt }) as PromiseLike<unknown>),
          );
          await pass(1_500);
          expect(calls.map(({ state }) => state)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
        },
      ),
      { numRuns: 25 },
    );
  }, 60_000);
});
