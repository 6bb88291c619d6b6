import { describe, expect, it } from 'vitest';

import { assistant, type PromptMessage, type PromptPart, text, toolResults, user } from './prompts.ts';
import { answer, type CallOptions, from, outage, question, refusal, ringOf, type Service } from './responses-ring.ts';

/** A conversation so far, with the mark of the endpoint that answered. */
const begun = (endpointName: string): readonly PromptMessage[] => [
  question('Hello?'),
  assistant(text('Hello!', { openai: { itemId: 'msg_12345' }, ...from(endpointName) })),
];
const file = (data: unknown): PromptPart => ({ type: 'file', mediaType: 'application/pdf', data });
const fileById = (id: string) => user(file({ type: 'data', data: id }));
const fileAtEach = (reference: object) => file({ type: 'reference', reference });
const hosted = (id: string, args: object) => [{ type: 'provider', id, name: 'any', args }];

const ok: Service = () => answer();
/** An account that has nothing of a name. */
const lacks =
  (id: string, status = 404): Service =>
  (body) =>
    JSON.stringify(body).includes(id) ? refusal(`No such thing: ${id}`, status) : answer();

describe('a conversation of one endpoint that refers to what another one stores', () => {
  it.each<[string, string, CallOptions]>([
    ['a file', 'file-12345', { prompt: [...begun('a'), fileById('file-12345')] }],
    [
      'a vector store',
      'vs_12345',
      {
        prompt: [...begun('a'), question('And?')],
        tools: hosted('openai.file_search', { vectorStoreIds: ['vs_12345'] }),
      },
    ],
  ])('goes there for %s', async (_, id, options) => {
    const { ask, sent } = ringOf({ a: ['openai', lacks(id)], b: ['openai', ok] });

    await ask(options);

    expect([sent.a.length, sent.b.length]).toEqual([1, 1]);
  });

  it('goes to no endpoint that would take the file for content', async () => {
    const { ask, asked } = ringOf({ a: ['openai', ok], b: ['azure', ok] });

    await ask({ prompt: [...begun('a'), fileById('assistant-12345')] });

    expect(asked).toEqual(['b']);
  });

  it('goes to no endpoint that lacks the tool', async () => {
    const { ask, sent } = ringOf({ a: ['azure', ok], b: ['openai', ok] });
    const environment = { type: 'containerReference', containerId: 'cntr_12345' };

    await ask({ prompt: [...begun('a'), question('And?')], tools: hosted('openai.shell', { environment }) });

    expect([sent.a.length, sent.b.length]).toEqual([0, 1]);
  });

  it('goes from one endpoint to the next when its own has another name now, or is gone', async () => {
    const { ask, sent } = ringOf({ a: ['openai', lacks('file-12345')], b: ['openai', ok] });

    await ask({ prompt: [...begun('gone'), fileById('file-12345')] });

    expect([sent.a.length, sent.b.length]).toEqual([1, 1]);
  });
});

describe('a call whose endpoint, as the caller names it, is in the ring no more', () => {
  it('goes from one endpoint to the next', async () => {
    const { ask, asked } = ringOf({ a: ['openai', lacks('resp_12345')], b: ['openai', ok] });

    await ask({
      prompt: [question('Go on.')],
      providerOptions: { openai: { previousResponseId: 'resp_12345' }, balanced: { endpoint: 'gone' } },
    });

    expect(asked).toEqual(['a', 'b']);
  });
});

describe('an uploaded file', () => {
  it.each<[string, unknown, asked: string]>([
    ['by an id of OpenAI', { type: 'data', data: 'file-12345' }, 'openai'],
    ['by an id of Azure', { type: 'data', data: 'assistant-12345' }, 'azure'],
    ['by reference to OpenAI', { type: 'reference', reference: { openai: 'file-12345' } }, 'openai'],
    ['by reference to Azure', { type: 'reference', reference: { azure: 'assistant-12345' } }, 'azure'],
  ])('%s is asked for only where it can be', async (_, data, expected) => {
    const openai = ['openai', ok] as const;
    const azure = ['azure', ok] as const;
    for (const { ask, asked } of [ringOf({ azure, openai }), ringOf({ openai, azure })]) {
      await ask({ prompt: [user(file(data))] });
      expect(asked).toEqual([expected]);
    }
  });

  it('by reference is asked for by the Chat API of a provider that was handed in, under whatever name', async () => {
    const message = { role: 'assistant', content: 'Hello!' };
    const chat = { id: 'c', created: 1, model: 'gpt-5', choices: [{ index: 0, message, finish_reason: 'stop' }] };
    const { ask, asked } = ringOf(
      { a: ['openai', outage], b: ['third party', () => Response.json(chat)] },
      { api: 'chat' },
    );

    await ask({ prompt: [user(file({ type: 'reference', reference: { openai: 'file-12345' } }))] });

    expect(asked).toEqual(['a', 'b']);
  });

  it('is not seen in content', async () => {
    const { ask, asked } = ringOf({ azure: ['azure', ok], openai: ['openai', ok] });

    await ask({ prompt: [user(file({ type: 'data', data: 'aGVsbG8=' }))] });

    expect(asked).toEqual(['azure']);
  });
});

describe('what is stored at OpenAI and at Azure', () => {
  it('is asked of OpenAI under the id that it has there when Azure, which had it before, is down', async () => {
    let isDown = false;
    const { ask, sent } = ringOf({ azure: ['azure', () => (isDown ? outage() : answer())], openai: ['openai', ok] });
    const prompt = [user(fileAtEach({ openai: 'file-12345', azure: 'assistant-12345' }))];

    await ask({ prompt });
    isDown = true;
    await ask({ prompt });

    expect(JSON.stringify(sent.openai)).toContain('file-12345');
  });

  it('is remembered under the id that it was found by', async () => {
    const { ask, sent } = ringOf({ azure: ['azure', lacks('resp_openai', 400)], openai: ['openai', ok] });
    const goOn = { prompt: [question('Go on.')] };
    const previous = (id: string) => ({ previousResponseId: id });

    await ask({ ...goOn, providerOptions: { openai: previous('resp_openai'), azure: previous('resp_azure') } });
    await ask({ ...goOn, providerOptions: { openai: previous('resp_openai') } });

    expect(sent.azure.map((body) => body.previous_response_id)).toEqual(['resp_azure', 'resp_openai']);
    expect(sent.openai.map((body) => body.previous_response_id)).toEqual(['resp_openai']);
  });
});

describe('a call that refers to what an endpoint has stored goes from one to the next until that is found', () => {
  const inShell = (environment: object) =>
    hosted('openai.shell', { environment: { type: 'containerAuto', ...environment } });
  const skills = [{ type: 'skillReference', providerReference: { openai: 'skill_12345' } }];

  it.each<[string, string, object[]]>([
    ['files of a shell', 'file-12345', inShell({ fileIds: ['file-12345'] })],
    ['skills of a shell', 'skill_12345', inShell({ skills })],
    [
      'the mask of a picture',
      'file-12345',
      hosted('openai.image_generation', { inputImageMask: { fileId: 'file-12345' } }),
    ],
    [
      'vector stores of a search',
      'vs_12345',
      hosted('openai.file_search', { vectorStoreIds: ['vs_other', 'vs_12345'] }),
    ],
    ['a container', 'cntr_12345', hosted('openai.code_interpreter', { container: 'cntr_12345' })],
    [
      'files in a container',
      'file-12345',
      hosted('openai.code_interpreter', { container: { fileIds: ['file-12345'] } }),
    ],
  ])('such as %s', async (_, id, tools) => {
    const { ask, sent } = ringOf({ a: ['openai', lacks(id, 400)], b: ['openai', ok] });

    await ask({ prompt: [question('Go.')], tools });

    expect([sent.a.length, sent.b.length]).toEqual([1, 1]);
  });

  it("such as files in a tool's result", async () => {
    const { ask, sent } = ringOf({ azure: ['azure', ok], a: ['openai', lacks('file-12345')], b: ['openai', ok] });
    const value = [fileAtEach({ openai: 'file-12345' })];
    const call = { toolCallId: 'call_1', toolName: 'read' };

    await ask({
      prompt: [
        question('Read it.'),
        assistant({ type: 'tool-call', ...call, input: {} }),
        toolResults({ type: 'tool-result', ...call, output: { type: 'content', value } }),
      ],
    });

    expect([sent.azure.length, sent.a.length, sent.b.length]).toEqual([0, 1, 1]);
  });

  it('such as files by the Chat API, and then stays where they were found', async () => {
    const message = { role: 'assistant', content: 'Hello!' };
    const chat = { id: 'c', created: 1, model: 'gpt-5', choices: [{ index: 0, message, finish_reason: 'stop' }] };
    const { ask, sent } = ringOf(
      { a: ['openai', () => refusal('No such File object: file-12345')], b: ['openai', () => Response.json(chat)] },
      { api: 'chat' },
    );
    const prompt = [user(fileAtEach({ openai: 'file-12345' }))];

    for (let call = 0; call < 2; call += 1) await ask({ prompt });

    expect([sent.a.length, sent.b.length]).toEqual([1, 2]);
  });
});
