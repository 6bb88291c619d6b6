import { onTestFinished } from 'vitest';

import type { Behaviour } from './behaviour.ts';
import { startFakeService, type FakeService } from './fake-service.ts';

/** Starts a fake service for each name, for the length of the test that calls it. */
export async function startServices<const Names extends readonly string[]>(
  ...names: Names
): Promise<{ -readonly [Index in keyof Names]: FakeService }> {
  const services = await Promise.all(names.map((name) => startFakeService(name)));
  onTestFinished(async () => {
    await Promise.all(services.map((service) => service.close()));
  });
  // A service for each name: `map` keeps the length, which its type does not know.
  return services as { -readonly [Index in keyof Names]: FakeService };
}

/** Two services, the first of which fails in the given way whatever it is asked. */
export async function startFailingAndHealthy(behaviour: Behaviour): Promise<[FakeService, FakeService]> {
  const [failing, healthy] = await startServices('failing', 'healthy');
  failing.behave(behaviour);
  return [failing, healthy];
}
