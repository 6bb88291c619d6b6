import { describe, expect, it } from 'vitest';

import type { BalancedEvents } from '../../../src/index.ts';
import { assistant, type PromptMessage, type PromptPart, text, user } from '../portability/prompts.ts';
import {
  answer,
  type CallOptions,
  from,
  outage,
  question,
  refusal,
  ringOf,
  type SentBody,
  type Service,
} from '../portability/responses-ring.ts';

/** A conversation so far, with the mark of the endpoint that answered, and the next question. */
const begun = (endpointName: string, ...next: readonly PromptPart[]): readonly PromptMessage[] => [
  question('Hello?'),
  assistant(text('Hello, you!', { openai: { itemId: 'msg_12345' }, ...from(endpointName) })),
  next.length === 0 ? question('And now?') : user(...next),
];
const fileById = (id: string): PromptPart => ({
  type: 'file',
  mediaType: 'application/pdf',
  data: { type: 'data', data: id },
});
const goOn: CallOptions = { prompt: [question('Go on.')] };
const pinnedTo = (openai: Readonly<Record<string, unknown>>): CallOptions => ({ ...goOn, providerOptions: { openai } });

const ok: Service = () => answer();
/** An account that has nothing of a name. */
const lacks =
  (id: string): Service =>
  (body) =>
    JSON.stringify(body).includes(id) ? refusal(`No such thing: ${id}`) : answer();

/** Two endpoints, of which `a` is asked first while it is not drained. */
function ringOfTwo(a: Service = ok, b: Service = ok) {
  const ring = ringOf({ a: ['openai', a], b: ['openai', b] }, { maxWaitMs: 200 });
  const warnings: BalancedEvents['warning'][] = [];
  ring.balanced.on('warning', (warning) => void warnings.push(warning));
  return { ...ring, warnings };
}

const inputOf = (body: SentBody | undefined) => JSON.stringify(body?.input);

describe('a conversation whose endpoint is drained', () => {
  it('moves to another endpoint, in full', async () => {
    const { ask, asked, sent, balanced } = ringOfTwo();
    await ask({ prompt: begun('a') });
    expect(asked).toEqual(['a']);

    void balanced.drain('a');
    await ask({ prompt: begun('a') });

    expect(asked).toEqual(['a', 'b']);
    expect(inputOf(sent.b[0])).toContain('Hello, you!');
    expect(inputOf(sent.b[0])).not.toContain('msg_12345');
  });

  it('moves without a refusal, and is no event warning', async () => {
    const { ask, asked, balanced, warnings } = ringOfTwo(ok, lacks('msg_12345'));

    void balanced.drain('a');
    await ask({ prompt: begun('a') });

    expect(asked).toEqual(['b']);
    expect(warnings).toEqual([]);
  });

  it('goes back there after resume()', async () => {
    const { ask, asked, balanced } = ringOfTwo();

    void balanced.drain('a');
    await ask({ prompt: begun('a') });
    balanced.resume('a');
    await ask({ prompt: begun('a') });

    expect(asked).toEqual(['b', 'a']);
  });

  it('stays there while its step is under way, and its next step moves', async () => {
    let answerOfA = (): void => {};
    const held = new Promise<Response>((resolve) => (answerOfA = () => resolve(answer())));
    const { ask, asked, balanced } = ringOfTwo(() => held);
    const step = ask({ prompt: begun('a') });
    await new Promise((resolve) => setImmediate(resolve));

    const drained = balanced.drain('a');
    answerOfA();
    const { content } = await step;
    await drained;
    await ask({ prompt: [...begun('a'), assistant(...content), question('And then?')] });

    expect(content).toHaveLength(1);
    expect(asked).toEqual(['a', 'b']);
  });
});

it('a call that names a drained endpoint, and refers to nothing that is stored there, goes to another one', async () => {
  const { ask, asked, balanced } = ringOfTwo();

  void balanced.drain('a');
  await ask({ ...goOn, providerOptions: from('a') });

  expect(asked).toEqual(['b']);
});

describe('what has no content to replace it still goes to its drained endpoint:', () => {
  const kinds: readonly (readonly [string, CallOptions])[] = [
    ['a previousResponseId', pinnedTo({ previousResponseId: 'resp_1' })],
    ['a conversation', pinnedTo({ conversation: 'conv_12345' })],
    ['an uploaded file', { prompt: [user(fileById('file-12345'))] }],
  ];

  it.each(kinds)('%s', async (_, options) => {
    const { ask, asked, balanced } = ringOfTwo();
    // The first call is answered by `a`, so that its owner is known; the response has the id resp_1.
    await ask(options);
    expect(asked).toEqual(['a']);

    void balanced.drain('a');
    await ask(options);

    expect(asked).toEqual(['a', 'a']);
  });

  it.each(kinds)('%s, of which the event warning tells', async (_, options) => {
    const { ask, balanced, warnings } = ringOfTwo();
    await ask(options);

    void balanced.drain('a');
    expect(warnings).toEqual([]);
    await ask(options);

    expect(warnings).toEqual([
      { code: expect.stringMatching(/./) as string, endpoint: 'a', message: expect.stringMatching(/./) as string },
    ]);
    expect(warnings[0]?.message).toMatch(/drained/);
  });

  it('a previousResponseId whose endpoint the call names', async () => {
    const { ask, asked, balanced } = ringOfTwo();

    void balanced.drain('a');
    await ask({ ...goOn, providerOptions: { openai: { previousResponseId: 'resp_12345' }, ...from('a') } });

    expect(asked).toEqual(['a']);
  });

  it('a file in a conversation that could move', async () => {
    const { ask, asked, balanced } = ringOfTwo(ok, lacks('file-12345'));
    await ask({ prompt: [user(fileById('file-12345'))] });

    void balanced.drain('a');
    await ask({ prompt: begun('a', fileById('file-12345')) });

    expect(asked).toEqual(['a', 'a']);
  });

  it('a previousResponseId whose endpoint is unknown, after the others did not know it', async () => {
    const { ask, asked, balanced } = ringOfTwo(ok, lacks('resp_12345'));

    void balanced.drain('a');
    await ask(pinnedTo({ previousResponseId: 'resp_12345' }));

    expect(asked.at(-1)).toBe('a');
  });

  it('a previousResponseId whose endpoint is unknown, while all endpoints are drained', async () => {
    const { ask, asked, balanced } = ringOfTwo(ok, lacks('resp_12345'));

    for (const name of ['a', 'b']) void balanced.drain(name);
    await ask(pinnedTo({ previousResponseId: 'resp_12345' }));

    expect(asked.at(-1)).toBe('a');
  });

  it('while all endpoints are drained, too', async () => {
    const { ask, asked, balanced } = ringOfTwo();
    await ask(pinnedTo({ previousResponseId: 'resp_1' }));

    for (const name of ['a', 'b']) void balanced.drain(name);
    await ask(pinnedTo({ previousResponseId: 'resp_1' }));

    expect(asked).toEqual(['a', 'a']);
  });

  it('but not to another one when the drained endpoint fails', async () => {
    let isDown = false;
    const { ask, asked, balanced } = ringOfTwo(() => (isDown ? outage() : answer()));
    await ask(pinnedTo({ previousResponseId: 'resp_1' }));

    void balanced.drain('a');
    isDown = true;
    await expect(ask(pinnedTo({ previousResponseId: 'resp_1' }))).rejects.toThrow(/resp_1/);

    expect(asked).not.toContain('b');
  });

  it('and the drain waits for it while it is under way', async () => {
    let answerOfA = (): void => {};
    let isSlow = false;
    const held = new Promise<Response>((resolve) => (answerOfA = () => resolve(answer())));
    const { ask, balanced } = ringOfTwo(() => (isSlow ? held : answer()));
    await ask(pinnedTo({ previousResponseId: 'resp_1' }));
    isSlow = true;
    const call = ask(pinnedTo({ previousResponseId: 'resp_1' }));
    await new Promise((resolve) => setImmediate(resolve));
    let isDrained = false;

    const drained = balanced.drain('a').then(() => (isDrained = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isDrained).toBe(false);
    answerOfA();
    await Promise.all([call, drained]);

    expect(isDrained).toBe(true);
  });
});
