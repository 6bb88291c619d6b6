import { generateText } from 'ai';
import { createBalancedProvider } from 'ai-sdk-load-balancer';
import { describe, expect, it } from 'vitest';

import { greetingOf } from '../../support/answer.ts';
import { startServices } from '../../support/start-services.ts';
import { openAI } from './endpoints.ts';
import { sdkMajor } from './sdk-major.ts';

/** 800 kB of a picture: as text, hundreds of thousands of tokens. */
const data = 'iVBORw0KGgo'.repeat(72_000);
const mediaType = 'image/png';
const url = `data:${mediaType};base64,${data}`;

/** How a tool's result holds a file, and the majors of the AI SDK that write it so. */
const files: readonly (readonly [name: string, file: object, majors: readonly number[]])[] = [
  ['image', { type: 'image', data, mimeType: mediaType }, [4]],
  ['media', { type: 'media', data, mediaType }, [5, 6, 7]],
  ['image-data', { type: 'image-data', data, mediaType }, [6, 7]],
  ['image-url', { type: 'image-url', url }, [6, 7]],
  ['file-data', { type: 'file-data', data, mediaType: 'application/pdf', filename: 'a.pdf' }, [6, 7]],
  ['file-url', { type: 'file-url', url }, [6, 7]],
  ['file', { type: 'file', data: { type: 'data', data }, mediaType }, [7]],
  ['file with a URL', { type: 'file', data: { type: 'url', url: new URL(url) }, mediaType }, [7]],
];

/** A step with a tool, as each major writes it. */
const messagesWith = (file: object) => {
  const call = { toolCallId: 'c', toolName: 'draw' };
  const result =
    sdkMajor === 4 ? { result: 'drawn', experimental_content: [file] } : { output: { type: 'content', value: [file] } };
  return [
    { role: 'user', content: 'Draw a house.' },
    { role: 'assistant', content: [{ type: 'tool-call', ...call, args: {}, input: {} }] },
    { role: 'tool', content: [{ type: 'tool-result', ...call, ...result }] },
  ] as unknown as NonNullable<Parameters<typeof generateText>[0]['messages']>;
};

const cases = files.filter(([, , majors]) => majors.includes(sdkMajor));

describe.each(['chat', 'responses'] as const)('the result of a tool, sent by %s,', (api) => {
  it.each(cases)('counts a file as a file against a limit of tokens: %s', async (_, file) => {
    const [service] = await startServices('alone');
    const balanced = createBalancedProvider({ endpoints: [openAI(service, { tpm: 20_000 })], maxWaitMs: 1_000 });

    const { text } = await generateText({ model: balanced[api]('gpt-4'), messages: messagesWith(file), maxRetries: 0 });

    expect(text).toBe(greetingOf('alone'));
  });
});
