import { describe, expect, it } from 'vitest';

import {
  endpointOf,
  generated,
  inOrder,
  type Kind,
  lookBack,
  lookBackAnswer,
  startAccounts,
  streamed,
  weatherAnswer,
  weatherQuestion,
} from './conversation.ts';
import { sdkMajor } from './sdk-major.ts';

const moves: readonly (readonly [Kind, Kind])[] = [
  ['openai', 'azure'],
  ['azure', 'openai'],
  ['azure', 'azure'],
  ['openai', 'openai'],
];

const ways = [
  ['generateText', generated],
  ['streamText', streamed],
] as const;

const cases = moves.flatMap(([from, to]) => ways.map(([name, takeTurn]) => ({ from, to, name, takeTurn })));

describe.skipIf(sdkMajor === 4)('a tool loop by the Responses API', () => {
  describe.each(cases)('with $name, from $from to another $to', ({ from, to, takeTurn }) => {
    it.each([0, 1, 2, 3])('comes to the same end when its endpoint dies after %i answers', async (answers) => {
      const [first, second] = await startAccounts('first', 'second');
      const balanced = inOrder([endpointOf(first, from), endpointOf(second, to)]);

      first.dieAfter(answers);
      const turn = await takeTurn(balanced, [weatherQuestion]);
      const next = await takeTurn(balanced, [...turn.messages, lookBack]);

      expect([turn.text, next.text]).toEqual([weatherAnswer, lookBackAnswer]);
      expect([first.answered, second.answered]).toEqual([answers, 4 - answers]);
      expect([first.refusals, second.refusals]).toEqual([[], []]);
    });

    it('comes to the same end when nothing is stored (store: false)', async () => {
      const [first, second] = await startAccounts('first', 'second');
      const balanced = inOrder([endpointOf(first, from), endpointOf(second, to)]);

      first.dieAfter(2);
      const providerOptions = { openai: { store: false } };
      const turn = await takeTurn(balanced, [weatherQuestion], providerOptions);

      expect(turn.text).toBe(weatherAnswer);
      expect(second.refusals).toEqual([]);
    });
  });

  it('may change its endpoint at every step', async () => {
    const [first, second] = await startAccounts('first', 'second');
    const balanced = inOrder([endpointOf(first, 'openai'), endpointOf(second, 'azure')]);

    let { messages } = await generated(balanced, [weatherQuestion]);
    for (const [dead, alive] of [
      [first, second],
      [second, first],
      [first, second],
    ] as const) {
      dead.dieAfter(0);
      alive.revive();
      ({ messages } = await streamed(balanced, [...messages, lookBack]));
    }

    expect([...first.refusals, ...second.refusals]).toEqual([]);
  });

  it('that moves says in a warning what was left out', async () => {
    const [first, second] = await startAccounts('first', 'second');
    const balanced = inOrder([endpointOf(first, 'openai'), endpointOf(second, 'azure')]);

    first.dieAfter(1);
    const turns = [await generated(balanced, [weatherQuestion])];
    first.dieAfter(1);
    turns.push(await streamed(balanced, [weatherQuestion]));

    for (const { warnings } of turns) {
      expect(warnings).toContain(
        'The conversation moved to endpoint "second". Reasoning that is encrypted for, or stored at, another endpoint was left out.',
      );
    }
  });
});
