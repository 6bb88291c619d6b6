import { createAzure } from '@ai-sdk/azure';
import { createOpenAI } from '@ai-sdk/openai';
import { describe, expect, it } from 'vitest';

import { Endpoints } from '../../../src/endpoint/create-endpoints.ts';
import { classifyFailure } from '../../../src/failure/classify-failure.ts';
import { ApprovalMemory } from '../../../src/portability/approval-memory.ts';
import { OwnerMemory } from '../../../src/portability/owner-memory.ts';
import { type Place, placeOf } from '../../../src/portability/place.ts';
import { mapCallOptions, portableCall } from '../../../src/portability/portable-call.ts';
import type { CallOptions, SdkModel } from '../../../src/sdk.ts';
import { resolveSettings } from '../../../src/settings/resolve-settings.ts';
import { assistant, hosted, mark, text, toolResults, user } from './prompts.ts';

const endpoints = new Endpoints(
  resolveSettings(
    {
      endpoints: [
        { type: 'openai', name: 'first', apiKey: 'any' },
        { type: 'azure', name: 'second', resourceName: 'any', apiKey: 'any' },
        { name: 'third', provider: createOpenAI({ apiKey: 'any', name: 'corp' }) },
      ],
    },
    classifyFailure,
  ),
);
const [first, second, third] = endpoints.all.map((endpoint) =>
  placeOf(endpoint, endpoint.model('responses', 'gpt-5') as SdkModel, 'responses'),
) as [Place, Place, Place];

const settings = () => ({ affinity: true, memory: new OwnerMemory(), approvals: new ApprovalMemory() });
const begin = (options: CallOptions, more = settings()) => portableCall(options, 'everything', more);
const at = (place: Place) => ({ place, madeNoRequest: false });
const reference = (id: string, owner: Place = first) =>
  text('Hello', { openai: { itemId: id }, ...mark(owner.mark.endpoint) });

describe('the options of a call', () => {
  it('are handed on as they are when nothing is to be changed', () => {
    const prompt = [user(text('Hello?')), assistant(text('Hello!')), user(text('Well?'))];
    const options = { prompt, providerOptions: { openai: { store: true } } };

    expect(begin(options)).toBeUndefined();
    expect(mapCallOptions(options, first)).toBe(options);
  });

  it('are handed on as they are to the endpoint that owns what they refer to', () => {
    const options = { prompt: [assistant(reference('msg_1'))] };

    const call = begin(options);

    expect(call?.isOwnedBy(first)).toBe(true);
    expect(call?.optionsAt(first)).toEqual({ options, warnings: [] });
    expect(call?.optionsAt(first).options).toBe(options);
  });

  it('are sent in full to everybody when parts of one message have several marks', () => {
    const prompt = [assistant(reference('msg_1', first), reference('msg_2', second))];
    const call = begin({ prompt });

    const adapted = [first, second].map((place) => JSON.stringify(call?.optionsAt(place).options['prompt']));

    expect(adapted.join('')).not.toContain('msg_');
  });

  it('of another provider stay as they are', () => {
    const options = { prompt: [], providerOptions: { anthropic: { thinking: true } } };

    expect(mapCallOptions(options, second)).toBe(options);
  });
});

describe('a call belongs to', () => {
  it('the endpoint of the latest reference', () => {
    const prompt = [assistant(reference('msg_1', first)), user(text('And?')), assistant(reference('msg_2', second))];

    expect(begin({ prompt })?.isOwnedBy(second)).toBe(true);
  });

  it('nobody when marks are not to be obeyed', () => {
    const call = begin({ prompt: [assistant(reference('msg_1'))] }, { ...settings(), affinity: false });

    expect([first, second].map((place) => call?.isOwnedBy(place))).toEqual([false, false]);
  });

  it('the endpoint that answered the request for approval, though the answer carries no mark', () => {
    const [call] = hosted('mcp.remove', {});
    const prompt = [
      assistant({ ...call, providerOptions: mark(second.mark.endpoint) }),
      toolResults({ type: 'tool-approval-response', approvalId: 'mcpr_1', approved: true }),
    ];

    expect(begin({ prompt })?.isOwnedBy(second)).toBe(true);
  });
});

describe('a request for approval', () => {
  it('goes in full only where the header that carries it is taken out again', () => {
    const server = { label: 'files', url: 'https://files.example', connectorId: undefined };
    const approvals = new ApprovalMemory();
    approvals.remember({
      toolCallId: 'call_1',
      server,
      item: { type: 'mcp_approval_request', id: 'mcpr_1', server_label: 'files', name: 'remove', arguments: '{}' },
    });
    const [call] = hosted('mcp.remove', {});
    const prompt = [
      assistant({ ...call, providerOptions: mark(second.mark.endpoint) }),
      toolResults({ type: 'tool-approval-response', approvalId: 'mcpr_1', approved: true }),
    ];
    const args = { serverLabel: server.label, serverUrl: server.url };
    const tools = [{ type: 'provider', id: 'openai.mcp', name: 'files', args }];

    const headersAt = (place: Place) =>
      begin({ prompt, tools }, { ...settings(), approvals })?.optionsAt(place).options['headers'];

    expect(JSON.stringify(headersAt(first))).toContain('mcp_approval_request');
    expect(headersAt(third)).toBeUndefined();
  });
});

describe('a file that was uploaded', () => {
  const fileAt = (data: unknown) => begin({ prompt: [user({ type: 'file', mediaType: 'image/png', data })] });

  it.each([
    ['by an id of OpenAI', { type: 'data', data: 'file-1' }, [undefined, 'file-1']],
    ['by an id of Azure', { type: 'data', data: 'assistant-1' }, ['assistant-1', undefined]],
    ['by an id of OpenAI on lines 5 and 6', 'file-1', [undefined, 'file-1']],
    ['by reference', { type: 'reference', reference: { azure: 'assistant-1' } }, ['assistant-1', undefined]],
  ])('%s is asked for only where it can be', (_, data, lacked) => {
    const call = fileAt(data);

    expect(call?.pins.references).toMatchObject([{ what: 'file' }]);
    expect([first, second].map((place) => call?.lackedAt(place))).toEqual(lacked);
  });

  it('is not seen in content', () => {
    expect(fileAt({ type: 'data', data: 'aGVsbG8=' })).toBeUndefined();
  });
});

describe('a tool that the provider executes', () => {
  const lackedAt = (place: Place, id: string) =>
    portableCall(
      { prompt: [], tools: [{ type: 'provider', id, name: 'any', args: {} }] },
      'nothing',
      settings(),
    )?.lackedAt(place);

  it.each([
    ['openai.web_search', [undefined, undefined, undefined]],
    ['openai.mcp', [undefined, 'openai.mcp', undefined]],
    ['anthropic.web_search_20250305', Array(3).fill('anthropic.web_search_20250305')],
  ])('%s is known where it is', (id, lacked) => {
    expect([first, second, third].map((place) => lackedAt(place, id))).toEqual(lacked);
  });

  it.each([
    [{ vectorStoreIds: ['vs_1', 'vs_2'] }, ['vs_1', 'vs_2']],
    [{ container: 'cntr_1' }, ['cntr_1']],
    [{ container: { fileIds: ['file-1'] } }, ['file-1']],
  ])('pins the call to whoever has %o', (args, ids) => {
    const call = begin({ prompt: [], tools: [{ type: 'provider', id: 'openai.any', name: 'any', args }] });

    expect(call?.pins.references.map(({ id }) => id)).toEqual(ids);
  });
});

describe('a refusal', () => {
  const refusal = (status: number, message: string, code?: string) => ({
    error: Object.assign(new Error(message), { statusCode: status }),
    failure: { class: 'rejected', statusCode: status, code } as const,
  });
  const prompt = [assistant(reference('msg_12345'))];

  it.each([
    ['a code', refusal(400, '', 'invalid_encrypted_content')],
    ['the id that it is about', refusal(404, "Item with id 'msg_12345' not found.")],
  ])('with %s makes the call go on in full, at the same endpoint too', (_, { error, failure }) => {
    const call = begin({ prompt });

    expect(call?.judge(error, failure, at(first))).toMatchObject({
      class: 'rejected',
      reason: 'unknown-reference',
      mayAskAgain: true,
    });
    expect(JSON.stringify(call?.optionsAt(first))).not.toContain('msg_12345');
  });

  it('of what was sent in full stands', () => {
    const call = begin({ prompt });
    const { error, failure } = refusal(404, "Item with id 'msg_12345' not found.");
    call?.judge(error, failure, at(first));
    call?.optionsAt(first);

    expect(call?.judge(error, failure, at(first))).toBe(failure);
  });

  it('of what was sent before the other refusal came is no second one', () => {
    const call = begin({ prompt });
    const { error, failure } = refusal(404, "Item with id 'msg_12345' not found.");
    for (const place of [first, second]) call?.optionsAt(place);
    call?.judge(error, failure, at(second));

    expect(call?.judge(error, failure, at(first))).toMatchObject({ reason: 'unknown-reference', mayAskAgain: true });
  });

  it.each([
    ['of something else', refusal(400, 'Invalid value for temperature.')],
    ['that only sounds alike', refusal(404, 'Item with id msg_99999 not found.')],
    ['by status 500', refusal(500, 'msg_12345')],
  ])('%s is left to its class', (_, { error, failure }) => {
    expect(begin({ prompt })?.judge(error, failure, at(first))).toBe(failure);
  });
});

describe('the memory of owners', () => {
  it('is bounded, and forgets what was not asked for longest', () => {
    const memory = new OwnerMemory(2);
    memory.remember('a', 'ep_1');
    memory.remember('b', 'ep_2');
    memory.ownerOf('a');
    memory.remember('c', 'ep_3');

    expect(['a', 'b', 'c'].map((id) => memory.ownerOf(id))).toEqual(['ep_1', undefined, 'ep_3']);
  });
});

describe('a mark', () => {
  it('is the same in every process, says no name, and differs from others', () => {
    expect(first.mark).toEqual({ endpoint: 'ep_2dwpq9t0eon' });
    expect(new Set([first, second, third].map(({ mark: { endpoint } }) => endpoint)).size).toBe(3);
  });
});

describe('a model', () => {
  it.each([
    [
      'Azure by the Responses API',
      createAzure({ resourceName: 'any', apiKey: 'any' }).responses('gpt-5'),
      'responses',
      { read: 'azure', own: 'azure' },
    ],
    [
      'Azure by the Chat API',
      createAzure({ resourceName: 'any', apiKey: 'any' }).chat('gpt-5'),
      'chat',
      { read: 'openai', own: 'azure' },
    ],
    ['OpenAI', createOpenAI({ apiKey: 'any' }).chat('gpt-5'), 'chat', { read: 'openai', own: 'openai' }],
    ['a third party', createOpenAI({ apiKey: 'any', name: 'corp' }).chat('gpt-5'), 'chat', undefined],
  ] as const)('of %s reads the key it reads', (_, model, kind, keys) => {
    const [endpoint] = endpoints.all;
    expect(endpoint && placeOf(endpoint, model as unknown as SdkModel, kind).keys).toEqual(keys);
  });
});
