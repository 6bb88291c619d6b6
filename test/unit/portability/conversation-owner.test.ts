import { describe, expect, it } from 'vitest';

import { assistant, hosted, text, toolResults } from './prompts.ts';
import { answer, from, question, ringOf } from './responses-ring.ts';

const healthy = ['openai', () => answer()] as const;
const reference = (id: string, endpointName: string) =>
  text('Hello', { openai: { itemId: id }, ...from(endpointName) });

describe('a conversation', () => {
  it('goes to the endpoint of its latest reference', async () => {
    const { ask, asked } = ringOf({ a: healthy, b: healthy });

    await ask({
      prompt: [
        assistant(reference('msg_1', 'a')),
        question('And?'),
        assistant(reference('msg_2', 'b')),
        question('So?'),
      ],
    });

    expect(asked).toEqual(['b']);
  });

  it('goes to the endpoint that asked for an approval, though the answer to it carries no mark', async () => {
    const { ask, asked } = ringOf({ a: healthy, b: healthy });
    const [call] = hosted('mcp.remove', {});

    await ask({
      prompt: [
        question('Remove it.'),
        assistant({ ...call, providerOptions: from('b') }),
        toolResults({ type: 'tool-approval-response', approvalId: 'mcpr_1', approved: true }),
      ],
    });

    expect(asked).toEqual(['b']);
  });

  it('goes to whichever endpoint is next with statefulAffinity: false', async () => {
    const { ask, asked } = ringOf({ a: healthy, b: healthy }, { statefulAffinity: false });

    await ask({ prompt: [assistant(reference('msg_1', 'b')), question('And?')] });

    expect(asked).toEqual(['a']);
  });

  it('is sent in full when parts of one message have several marks', async () => {
    const { ask, sent } = ringOf({ a: healthy, b: healthy });

    await ask({ prompt: [assistant(reference('msg_1', 'a'), reference('msg_2', 'b')), question('And?')] });

    expect(JSON.stringify(sent)).not.toContain('msg_');
  });
});

describe('a mark of an endpoint with a worse priority', () => {
  const reserve = ['openai', () => answer(), 1] as const;

  it('on text and calls of tools, which lose nothing elsewhere, does not lead there: it may be forged', async () => {
    const { ask, asked, sent } = ringOf({ a: healthy, b: reserve });

    await ask({ prompt: [assistant(reference('msg_1', 'b')), question('And?')] });

    expect(asked).toEqual(['a']);
    expect(JSON.stringify(sent.a)).not.toContain('msg_1');
  });

  it('on a thought, which only that endpoint has, leads there', async () => {
    const { ask, asked } = ringOf({ a: healthy, b: reserve });
    const thought = { type: 'reasoning', text: '', providerOptions: { openai: { itemId: 'rs_1' }, ...from('b') } };

    await ask({ prompt: [assistant(thought, reference('msg_1', 'b')), question('And?')] });

    expect(asked).toEqual(['b']);
  });
});

describe('a mark', () => {
  const markOf = async (name: string) => {
    const { content } = await ringOf({ [name]: healthy }).ask({ prompt: [question('Hello?')] });
    return content.map(({ providerMetadata }) => (providerMetadata as ReturnType<typeof from>)['balanced']);
  };

  it('is the same in every process, and differs from endpoint to endpoint', async () => {
    expect(await markOf('first')).toEqual([{ endpoint: 'ep_2dwpq9t0eon' }]);
    expect(await markOf('second')).not.toEqual(await markOf('first'));
  });
});
