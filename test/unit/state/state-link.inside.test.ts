import { expect, it } from 'vitest';

import type { Clock, TimerHandle } from '../../../src/clock.ts';
import { EventEmitter } from '../../../src/event-emitter.ts';
import { StateLink } from '../../../src/state/state-link.ts';
import { MemoryState } from '../../support/memory-state.ts';
import { happenings } from '../fake-time.ts';

/** An event loop of which each turn takes so long: what is due runs first, and then what has come is read. */
class BusyLoop implements Clock {
  #now = 0;
  readonly #due = new Map<TimerHandle, readonly [at: number, callback: () => void]>();
  readonly #inSocket: (readonly [turns: number, read: () => void])[] = [];

  now = (): number => this.#now;
  random = (): number => 0;
  setTimeout = (callback: () => void, delayMs: number): TimerHandle => {
    const handle = {} as TimerHandle; // is only a key here
    this.#due.set(handle, [this.#now + delayMs, callback]);
    return handle;
  };
  setTimeLimit = this.setTimeout;
  clearTimeout = (timer: TimerHandle): void => void this.#due.delete(timer);

  /** Settles in the turn after so many. */
  answerAfter(turns: number): Promise<unknown[]> {
    return new Promise((resolve) => this.#inSocket.push([turns, () => resolve([])]));
  }

  async turn(durationMs: number): Promise<void> {
    this.#now += durationMs;
    for (const [handle, [at, callback]] of this.#due) {
      if (at > this.#now) continue;
      this.#due.delete(handle);
      callback();
    }
    const come = this.#inSocket.splice(0);
    for (const [turns, read] of come) {
      if (turns === 0) read();
      else this.#inSocket.push([turns - 1, read]);
    }
    await happenings();
  }
}

function startLink(look: (busy: BusyLoop) => Promise<unknown>) {
  const loop = new BusyLoop();
  const changes: boolean[] = [];
  const link = new StateLink({
    state: new MemoryState(loop.now),
    clock: loop,
    events: new EventEmitter(),
    look: () => look(loop),
    onChange: (isApart) => changes.push(isApart),
  });
  return { loop, link, changes };
}

it('a state is not lost by a process whose event loop was blocked before it could send and read', async () => {
  const { loop, link, changes } = startLink(() => Promise.resolve());
  const answer = link.ask(() => loop.answerAfter(3));
  for (let turn = 0; turn < 4; turn += 1) await loop.turn(400);

  expect(await answer).toEqual([]);
  expect(changes).toEqual([]);
});

it('a state that was lost is shared again by a process whose event loop is blocked again and again', async () => {
  const { loop, link, changes } = startLink((busy) => busy.answerAfter(3));
  await link.ask(() => Promise.reject(new Error('OOM')));
  for (let turn = 0; turn < 10; turn += 1) await loop.turn(400);

  expect(changes).toEqual([true, false]);
});

it('a state that is silent is lost by a process whose event loop is blocked again and again', async () => {
  const { loop, link, changes } = startLink((busy) => busy.answerAfter(100));
  const answer = link.ask(() => loop.answerAfter(100));
  for (let turn = 0; turn < 5; turn += 1) await loop.turn(400);

  expect(await answer).toBeUndefined();
  expect(changes).toEqual([true]);
});
