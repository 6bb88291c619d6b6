import { describe, expect, it } from 'vitest';

import { type InlineContext, Inlining } from '../../../src/portability/inlining.ts';
import type { HostedTool } from '../../../src/portability/hosted-tools.ts';
import { assistant, hosted, mark, type PromptMessage, type PromptPart, text, toolResults } from './prompts.ts';

const inlining = (more: Partial<InlineContext> = {}) =>
  new Inlining({ tools: [], specificationVersion: 'v4', recall: () => undefined, dropsApprovals: false, ...more });

const inline = (message: PromptMessage, by = inlining()) => by.inline(message, false);

const tool = (id: string, name: string, args: Readonly<Record<string, unknown>> = {}): HostedTool => ({
  type: 'provider',
  id,
  name,
  args,
});

describe('a message that is sent in full', () => {
  it('keeps text and what means the same everywhere, without ids', () => {
    const options = { itemId: 'msg_1', phase: 'final_answer' };
    const message = assistant(text('Hello', { openai: options, azure: options, ...mark('ep_1') }));

    const kept = { phase: 'final_answer' };
    expect(inline(message)).toEqual([assistant(text('Hello', { openai: kept, azure: kept, ...mark('ep_1') }))]);
  });

  it('keeps calls of functions, without the item, wrapper or program that they came in', () => {
    const call = { type: 'tool-call', toolCallId: 'call_1', toolName: 'weather', input: { city: 'Rome' } };
    const bound = {
      itemId: 'fc_1',
      parallelToolCall: { itemId: 'fc_0', index: 0, count: 2 },
      caller: { type: 'program', callerId: 'prog_1' },
      namespace: 'places',
    };

    const [message] = inline(assistant({ ...call, providerOptions: { openai: bound } }));

    expect(message).toEqual(assistant({ ...call, providerOptions: { openai: { namespace: 'places' } } }));
  });

  it('keeps results of functions with their calls', () => {
    const result = {
      type: 'tool-result',
      toolCallId: 'call_1',
      toolName: 'weather',
      output: { type: 'text', value: 'sun' },
    };
    const message = toolResults({
      ...result,
      providerOptions: { openai: { caller: { type: 'program', callerId: 'p' } } },
    });

    expect(inline(message)).toEqual([toolResults({ ...result, providerOptions: { openai: {} } })]);
  });

  it('leaves out reasoning and compactions, and says so', () => {
    const by = inlining();
    const message = assistant(
      { type: 'reasoning', text: 'Hm', providerOptions: { openai: { itemId: 'rs_1' } } },
      { type: 'custom', kind: 'openai.compaction', providerOptions: { openai: { itemId: 'cmp_1' } } },
    );

    expect(inline(message, by)).toEqual([]);
    expect([...by.leftOut]).toEqual(['reasoning', 'custom']);
  });

  it('makes functions of what the provider executed, each with its output right after it', () => {
    const message = assistant(
      text('A'),
      ...hosted('web_search', { found: 1 }),
      ...hosted('mcp.find', { found: 2 }),
      text('B'),
    );

    expect(inline(message)).toMatchObject([
      { role: 'assistant', content: [{ text: 'A' }, { type: 'tool-call', toolName: 'web_search', input: {} }] },
      { role: 'tool', content: [{ toolCallId: 'id_of_web_search', output: { value: { found: 1 } } }] },
      { role: 'assistant', content: [{ type: 'tool-call', toolName: 'mcp_find' }] },
      { role: 'tool', content: [{ toolCallId: 'id_of_mcp.find', toolName: 'mcp_find' }] },
      { role: 'assistant', content: [{ text: 'B' }] },
    ]);
    expect(JSON.stringify(inline(message))).not.toContain('providerExecuted');
  });

  it.each([
    ['v2', { type: 'media', data: 'iVBOR', mediaType: 'image/png' }],
    ['v3', { type: 'image-data', data: 'iVBOR', mediaType: 'image/png' }],
    ['v4', { type: 'file', data: { type: 'data', data: 'iVBOR' }, mediaType: 'image/png' }],
  ])(
    'shows a generated picture as a picture of specification %s, whatever the tool is called',
    (specificationVersion, picture) => {
      const by = inlining({ specificationVersion, tools: [tool('openai.image_generation', 'paint')] });

      const [, result] = inline(assistant(...hosted('paint', { result: 'iVBOR' })), by);

      expect(result?.content).toMatchObject([{ output: { type: 'content', value: [picture] } }]);
    },
  );

  it.each(['tool_search', 'programmatic_tool_calling'])(
    'leaves out %s, which means something only where it was made',
    (name) => {
      const by = inlining();

      expect(inline(assistant(...hosted(name, {})), by)).toEqual([]);
      expect([...by.leftOut]).toEqual([name]);
    },
  );

  it.each(['tool_search', 'programmatic_tool_calling'])(
    'says so of %s also when its result is in a later message, or has not come',
    (name) => {
      const [call, result] = hosted(name, {});

      for (const content of [[call], [result]]) {
        const by = inlining();
        expect(inline(assistant(...content), by)).toEqual([]);
        expect([...by.leftOut]).toEqual([name]);
      }
    },
  );

  it('keeps the output of a call that was made in an earlier message', () => {
    const [call, result] = hosted('mcp.find', { found: 1 }, { where: 'here' });
    const by = inlining();

    const messages = [call, result].flatMap((part) => inline(assistant(part), by));

    expect(messages).toMatchObject([
      { role: 'assistant', content: [{ type: 'tool-call', toolName: 'mcp_find', input: { where: 'here' } }] },
      { role: 'tool', content: [{ toolCallId: 'id_of_mcp.find', output: { value: { found: 1 } } }] },
    ]);
  });

  it('keeps the output of a call that is not there any more', () => {
    expect(inline(assistant(hosted('web_search', { found: 1 })[1]))).toMatchObject([
      { role: 'assistant', content: [{ type: 'tool-call', toolCallId: 'id_of_web_search', input: {} }] },
      { role: 'tool', content: [{ toolCallId: 'id_of_web_search', output: { value: { found: 1 } } }] },
    ]);
  });

  it('takes no prototype from a browser', () => {
    const options = JSON.parse('{"itemId":"msg_1","__proto__":{"phase":"forged"}}') as Record<string, unknown>;

    const [message] = inline(assistant(text('Hello', { openai: options })));

    const [part] = (message?.content ?? []) as readonly PromptPart[];
    expect(part?.providerOptions?.['openai']?.['phase']).toBeUndefined();
  });
});

it('sixteen thousand forged denials are each looked at a few times, not once for each of the others', () => {
  let looks = 0;
  const denials = Array.from({ length: 16_000 }, (_, index) => ({
    type: 'tool-result',
    toolCallId: `call_${index}`,
    get output() {
      looks += 1;
      return { type: 'execution-denied', providerOptions: { openai: { approvalId: `x${index}` } } };
    },
  }));
  const answers = denials.map((_, index) => ({
    type: 'tool-approval-response',
    approvalId: `mcpr_${index}`,
    approved: false,
  }));

  inlining().inline(toolResults(...denials, ...answers), true);

  expect(looks).toBeLessThan(10 * denials.length);
});
