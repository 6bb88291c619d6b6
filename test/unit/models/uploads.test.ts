import { generateText, type ProviderReference, uploadFile, uploadSkill } from 'ai';
import { describe, expect, it } from 'vitest';

import { type BalancedProviderSettings, createBalancedProvider } from '../../../src/index.ts';
import { answer, refusal } from '../portability/responses-ring.ts';

const bytes = new Uint8Array([1, 2, 3]);
const stored = (id: string): Response =>
  Response.json({ id, object: 'file', bytes: 3, created_at: 1, filename: 'a.pdf', purpose: 'assistants' });
const down = (): Response => new Response('down', { status: 500 });

/** Endpoints at OpenAI `a`, `b`, …, and `azure`, which stores no files. */
function ringOf(
  uploads: Readonly<Record<string, () => Response>>,
  {
    asks = () => answer(),
    ...settings
  }: Partial<BalancedProviderSettings> & { asks?: (name: string) => Response } = {},
) {
  const requests: { endpoint: string; method: string; path: string; body: unknown }[] = [];
  const fetchOf =
    (endpoint: string): typeof fetch =>
    async (url, init) => {
      // The AI SDK writes it as text.
      const path = new URL(url as string).pathname.replace('/v1', '');
      const { method = 'GET', body } = init ?? {};
      requests.push({ endpoint, method, path, body: typeof body === 'string' ? JSON.parse(body) : body });
      if (path === '/responses') return asks(endpoint);
      if (method === 'DELETE') return Response.json({ id: path.split('/').at(-1), deleted: true });
      return uploads[endpoint]?.() ?? down();
    };
  const balanced = createBalancedProvider({
    endpoints: [
      ...Object.keys(uploads).map((name) => ({
        type: 'openai' as const,
        name,
        apiKey: 'key',
        baseURL: `https://${name}.example/v1`,
        fetch: fetchOf(name),
      })),
      { type: 'azure', name: 'azure', apiKey: 'key', resourceName: 'r', fetch: fetchOf('azure'), priority: 1 },
    ],
    api: 'responses',
    loadBalancing: false,
    retry: { rounds: 1 },
    ...settings,
  });
  const upload = () => uploadFile({ api: balanced, data: bytes, mediaType: 'application/pdf', filename: 'a.pdf' });
  const ask = (file: ProviderReference) =>
    generateText({
      model: balanced('gpt-5'),
      messages: [
        {
          role: 'user',
          content: [{ type: 'file', data: { type: 'reference', reference: file }, mediaType: 'application/pdf' }],
        },
      ],
      maxRetries: 0,
    });
  const asked = () => requests.filter(({ path }) => path === '/responses');
  return { balanced, requests, upload, ask, asked };
}

const fileIds = (requests: readonly { readonly body: unknown }[]): readonly string[] =>
  requests.map(({ body }) => /"file_id":"([^"]*)"/.exec(JSON.stringify(body))?.[1] ?? 'none');

describe('an uploaded file', () => {
  it('goes to every endpoint that stores files, and each is asked for it by its own id', async () => {
    const { upload, ask, asked, requests } = ringOf(
      { a: () => stored('file-a'), b: () => stored('file-b') },
      { asks: (name) => (name === 'a' ? down() : answer()) },
    );

    const { providerReference, warnings } = await upload();
    await ask(providerReference);

    expect(requests.slice(0, 2).map(({ endpoint, path }) => [endpoint, path])).toEqual([
      ['a', '/files'],
      ['b', '/files'],
    ]);
    expect(warnings).toEqual([]);
    expect(providerReference).toMatchObject({ openai: 'file-a' });
    expect(asked().map(({ endpoint }) => endpoint)).toEqual(['a', 'b']);
    expect(fileIds(asked())).toEqual(['file-a', 'file-b']);
  });

  it('is used at all endpoints that have it in turn, and not at the one that was asked for it first', async () => {
    const { upload, ask, asked } = ringOf(
      { a: () => stored('file-a'), b: () => stored('file-b') },
      { loadBalancing: true },
    );
    const { providerReference } = await upload();

    for (let call = 0; call < 4; call += 1) await ask(providerReference);

    expect(fileIds(asked()).toSorted()).toEqual(['file-a', 'file-a', 'file-b', 'file-b']);
  });

  it('leads past an endpoint that did not take it, and a warning names that one', async () => {
    const { upload, ask, asked } = ringOf({ a: down, b: () => stored('file-b') });

    const { providerReference, warnings } = await upload();
    await ask(providerReference);

    expect(warnings).toMatchObject([{ type: 'other', message: expect.stringContaining('Endpoint "a"') as string }]);
    expect(asked().map(({ endpoint }) => endpoint)).toEqual(['b']);
    expect(fileIds(asked())).toEqual(['file-b']);
  });

  it('does not wait for an endpoint that is drained', async () => {
    const { balanced, upload } = ringOf({ a: () => stored('file-a'), b: () => stored('file-b') });
    void balanced.drain('a');

    const { providerReference } = await upload();

    expect(Object.values(providerReference)).toEqual(['file-b', 'file-b']);
  });

  it('is one that every endpoint has refused when none has taken it', async () => {
    const { upload } = ringOf({ a: down, b: () => refusal('no', 401, 'invalid_api_key') });

    await expect(upload()).rejects.toMatchObject({
      attempts: [
        { endpoint: 'a', statusCode: 500 },
        { endpoint: 'b', statusCode: 401 },
      ],
    });
  });

  it('is deleted wherever it is, by the id that it has there', async () => {
    const { balanced, upload, requests } = ringOf({ a: () => stored('file-a'), b: () => stored('file-b') });
    const { providerReference } = await upload();

    const result = await balanced.files().deleteFile?.({ file: providerReference });

    expect(result).toMatchObject({ deleted: true });
    expect(requests.filter(({ method }) => method === 'DELETE').map(({ path }) => path)).toEqual([
      '/files/file-a',
      '/files/file-b',
    ]);
  });

  it('may be a stream, which every endpoint gets in full', async () => {
    const { balanced, requests } = ringOf({ a: () => stored('file-a'), b: () => stored('file-b') });

    await uploadFile({
      api: balanced,
      data: { type: 'stream', stream: new Blob([bytes]).stream() },
      mediaType: 'application/pdf',
    });

    const sizes = requests.map(({ body }) => ((body as FormData).get('file') as Blob).size);
    expect(sizes).toEqual([3, 3]);
  });
});

describe('an uploaded skill', () => {
  it('goes to every endpoint that takes skills, and each is asked for it by its own id', async () => {
    const storedSkill = (id: string) => () => Response.json({ id, created_at: 1 });
    const { balanced, asked } = ringOf(
      { a: storedSkill('skill_a'), b: storedSkill('skill_b') },
      { asks: (name) => (name === 'a' ? down() : answer()) },
    );

    const { providerReference } = await uploadSkill({ api: balanced, files: [{ path: 'SKILL.md', data: bytes }] });
    const shell = balanced.tools.shell({
      environment: { type: 'containerAuto', skills: [{ type: 'skillReference', providerReference }] },
    });
    await generateText({ model: balanced('gpt-5'), tools: { shell }, prompt: 'Use it.', maxRetries: 0 });

    const ids = asked().map(({ body }) => /"skill_id":"([^"]*)"/.exec(JSON.stringify(body))?.[1]);
    expect(ids).toEqual(['skill_a', 'skill_b']);
  });
});

describe('what a ring cannot do', () => {
  it('is said where no endpoint stores files', () => {
    const { balanced } = ringOf({});

    expect(() => balanced.files()).toThrow('No endpoint can take uploads: none of their providers has files().');
  });

  it.each(['experimental_batch', 'experimental_realtime', 'translation'])('is said of %s', (member) => {
    const { balanced } = ringOf({ a: down });
    const members = balanced as unknown as Readonly<Record<string, () => unknown>>;

    expect(() => members[member]?.()).toThrow(`A balanced provider has no ${member}: `);
  });
});
