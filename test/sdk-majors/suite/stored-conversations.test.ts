import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { describe, expect, it } from 'vitest';

import { endpointOf, inOrder, type Kind, lookBackAnswer, startAccounts, weatherAnswer } from './conversation.ts';
import { sdkMajor } from './sdk-major.ts';
import { answerStored, ask, textOf } from './stored-conversation.ts';

const run = promisify(execFile);

const moves: readonly (readonly [Kind, Kind])[] = [
  ['openai', 'azure'],
  ['azure', 'openai'],
  ['azure', 'azure'],
  ['openai', 'openai'],
];

describe.skipIf(sdkMajor === 4).each(moves)('a chat stored as UI messages, begun at %s', (from, to) => {
  it.each([0, 1, 2, 3])(
    `goes on at another ${to}, by another provider object, when the first died after %i answers`,
    async (answers) => {
      const [first, second] = await startAccounts('first', 'second');
      const endpoints = [endpointOf(first, from), endpointOf(second, to)];

      first.dieAfter(answers);
      const stored = await answerStored(inOrder(endpoints), ask('[]', 'How is the weather?'));
      first.dieAfter(0);
      const continued = await answerStored(inOrder(endpoints), ask(stored, 'What was I told?'));

      expect([textOf(stored), textOf(continued)]).toEqual([weatherAnswer, lookBackAnswer]);
      expect([...first.refusals, ...second.refusals]).toEqual([]);
    },
  );

  it('goes on where it was, by another provider object, while that endpoint is available', async () => {
    const [first, second] = await startAccounts('first', 'second');
    const endpoints = [endpointOf(first, from), endpointOf(second, to)];

    first.dieAfter(0);
    const stored = await answerStored(inOrder(endpoints), ask('[]', 'How is the weather?'));
    first.revive();
    const continued = await answerStored(inOrder(endpoints), ask(stored, 'What was I told?'));

    expect(textOf(continued)).toBe(lookBackAnswer);
    expect([first.answered, second.answered]).toEqual([0, 4]);
  });
});

describe.skipIf(sdkMajor === 4)('a chat stored as UI messages', () => {
  it('goes on in a new process, where it was and elsewhere', async () => {
    const [first, second] = await startAccounts('first', 'second');
    const endpoints = [endpointOf(first, 'azure'), endpointOf(second, 'openai')];
    const stored = await answerStored(inOrder(endpoints), ask('[]', 'How is the weather?'));
    const continueInNewProcess = async (): Promise<string> => {
      const program = new URL('./continue-stored.ts', import.meta.url).pathname;
      const input = JSON.stringify({ endpoints: endpoints.toReversed(), messages: ask(stored, 'What was I told?') });
      return textOf((await run(process.execPath, ['--no-warnings', program, input])).stdout);
    };

    const stayed = await continueInNewProcess();
    const answeredByFirst = first.answered;
    first.dieAfter(0);
    const moved = await continueInNewProcess();

    expect([stayed, moved]).toEqual([lookBackAnswer, lookBackAnswer]);
    expect([answeredByFirst, second.answered]).toEqual([4, 1]);
    expect([...first.refusals, ...second.refusals]).toEqual([]);
  });
});
