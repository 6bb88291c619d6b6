import { describe, expect, it } from 'vitest';

import { pass, useFakeTime } from '../fake-time.ts';
import { assistant, text, user } from './prompts.ts';
import { answer, from, question, refusal, ringOf, type Service } from './responses-ring.ts';

const answered = (more = {}) =>
  assistant(
    { type: 'reasoning', text: '', providerOptions: { openai: { itemId: 'rs_12345' }, ...more } },
    text('Hello', { openai: { itemId: 'msg_12345' }, ...more }),
  );

describe('a refusal', () => {
  const refusesOnce = (message: string, status?: number, code?: string): Service => {
    let isFirst = true;
    return () => {
      if (!isFirst) return answer();
      isFirst = false;
      return refusal(message, status, code);
    };
  };
  const prompt = [answered(from('a')), question('And?')];

  it.each([
    ['whose code says that something is unknown', refusesOnce('What?', 400, 'invalid_encrypted_content')],
    ['that names an id of the prompt', refusesOnce("Item with id 'msg_12345' not found.")],
  ])('%s makes the same endpoint get the call again, in full', async (_, service) => {
    const { ask, sent, asked } = ringOf({ a: ['openai', service], b: ['openai', () => answer()] });

    await ask({ prompt });

    expect(asked).toEqual(['a', 'a']);
    expect(sent.a.map((body) => JSON.stringify(body).includes('msg_12345'))).toEqual([true, false]);
  });

  it.each(['a', 'x1', 'rs_1'])('that names the short id %s makes the endpoint get the call in full', async (itemId) => {
    const service = refusesOnce(`Item with id '${itemId}' not found.`);
    const { ask, asked } = ringOf({ a: ['openai', service], b: ['openai', () => answer()] });

    await ask({ prompt: [assistant(text('Hello', { openai: { itemId }, ...from('a') })), question('And?')] });

    expect(asked).toEqual(['a', 'a']);
  });

  it('that has a short id only within its words is left to its class', async () => {
    const { ask, sent } = ringOf({ a: ['openai', refusesOnce('The project does not exist.')] });
    const said = text('Hello', { openai: { itemId: 'ist' }, ...from('a') });

    await expect(ask({ prompt: [assistant(said), question('And?')] })).rejects.toThrow();
    expect(sent.a).toHaveLength(1);
  });

  it('of a call that was sent in full is the answer', async () => {
    const { ask, sent } = ringOf({ a: ['openai', () => refusal("Item with id 'msg_12345' not found.", 400)] });

    await expect(ask({ prompt })).rejects.toThrow('msg_12345');
    expect(sent.a).toHaveLength(2);
  });

  it.each([
    ['about something else', refusesOnce('Invalid value for temperature.', 400)],
    ['that names an id which the prompt does not have', refusesOnce('Item with id msg_99999 not found.')],
    ['that is a failure of the service', refusesOnce('msg_12345', 500)],
  ])('%s is left to its class', async (_, service) => {
    const { ask, sent } = ringOf({ a: ['openai', service] });

    await expect(ask({ prompt })).rejects.toThrow();
    expect(sent.a).toHaveLength(1);
  });
});

describe('a refusal of a call that goes on from a stored response', () => {
  it('because an item is there twice stands: sent in full, it would be there twice all the same', async () => {
    const { ask, sent } = ringOf({ a: ['openai', () => refusal('Duplicate item found with id rs_12345.', 400)] });

    const asked = ask({
      prompt: [answered(from('a')), question('And?')],
      providerOptions: { openai: { previousResponseId: 'resp_0' } },
    });

    await expect(asked).rejects.toThrow('Duplicate item');
    expect(sent.a).toHaveLength(1);
  });

  it('that the endpoint does not know is the answer at once with statefulAffinity: false, when there is nothing to send in full', async () => {
    const unknown = (): Response =>
      refusal("Previous response with id 'resp_0' not found.", 400, 'previous_response_not_found');
    const { ask, sent } = ringOf({ a: ['openai', unknown] }, { statefulAffinity: false });

    const asked = ask({
      prompt: [user(text('And?', { openai: { promptCacheBreakpoint: { mode: 'explicit' } } }))],
      providerOptions: { openai: { previousResponseId: 'resp_0' } },
    });

    await expect(asked).rejects.toThrow('resp_0');
    expect(sent.a).toHaveLength(1);
  });
});

describe('two attempts at once', () => {
  useFakeTime();

  it('that are both refused for what their endpoints do not know are made again in full, and no deployment is blamed', async () => {
    const knowsNothing =
      (afterMs: number): Service =>
      async ({ input }) => {
        await new Promise((resolve) => setTimeout(resolve, afterMs));
        return input.some(({ type }) => type === 'item_reference')
          ? refusal("Item with id 'rs_12345' not found.")
          : answer();
      };
    const { ask, balanced } = ringOf(
      { a: ['openai', knowsNothing(60)], b: ['openai', knowsNothing(40)] },
      { hedge: { afterMs: 10, maxExtra: 1 } },
    );

    const asked = ask({ prompt: [answered(), question('And?')] });
    await pass(1_000);

    await expect(asked).resolves.toMatchObject({ content: [{ type: 'text' }] });
    const deployments = balanced.status().endpoints.flatMap((endpoint) => endpoint.deployments);
    expect(deployments.map(({ failures }) => failures)).toEqual([0, 0]);
  });
});
