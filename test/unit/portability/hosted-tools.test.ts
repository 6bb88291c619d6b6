import { describe, expect, it } from 'vitest';

import { answer, question, ringOf } from './responses-ring.ts';

const healthy = () => answer();

describe('a tool that the provider executes', () => {
  it.each([
    ['openai.web_search', []],
    ['openai.mcp', ['azure']],
    // The SDK's own model warns of what all of them lack.
    ['anthropic.web_search_20250305', []],
  ])('%s takes the endpoints that lack it out of the call, and the event `excluded` tells', async (id, lacking) => {
    const { ask, asked, balanced } = ringOf({
      azure: ['azure', healthy],
      corp: ['third party', healthy],
      openai: ['openai', healthy],
    });
    const excluded: string[] = [];
    balanced.on('excluded', ({ endpoint, lacks }) => excluded.push(`${endpoint} lacks ${lacks}`));

    await ask({
      prompt: [question('Hello?')],
      tools: [
        { type: 'provider', id, name: 'any', args: { serverLabel: 'files', serverUrl: 'https://files.example' } },
      ],
    });

    expect(excluded).toEqual(lacking.map((endpoint) => `${endpoint} lacks ${id}`));
    expect(asked).toEqual([lacking.length === 0 ? 'azure' : 'corp']);
  });
});
