/** Transcription of live audio, over WebSockets. AI SDK 7 alone has it. */
import { AllEndpointsFailedError, createBalancedProvider, IncompleteStreamError } from 'ai-sdk-load-balancer';
import { describe, expect, it } from 'vitest';

import { type LiveService, type LiveSession, startLiveService } from '../../support/live-service.ts';
import { sdkMajor, streamTranscribe } from './sdk-major.ts';

const CHUNKS = [new Uint8Array([1, 2]), new Uint8Array([3, 4]), new Uint8Array([5, 6])];
const audioOf = ({ messages }: LiveSession): unknown => messages.flatMap(({ audio }) => audio ?? []);
const ALL = CHUNKS.map((chunk) => Buffer.from(chunk).toString('base64'));

type Meet = NonNullable<LiveService['meet']>;

const onCommit =
  (act: (session: LiveSession) => void): Meet =>
  (session, { type }) => {
    if (type === 'input_audio_buffer.commit') act(session);
  };
const delta = (text: string) => ({
  type: 'conversation.item.input_audio_transcription.delta',
  item_id: 'i',
  delta: text,
});
const transcribes = onCommit((session) => {
  session.send(delta('Hello'));
  session.send({ type: 'conversation.item.input_audio_transcription.completed', item_id: 'i', transcript: 'Hello' });
});
const fails = onCommit((session) => session.send({ type: 'error', error: { message: 'It failed.' } }));
const isSilent: Meet = () => undefined;

/** Audio that ends after three chunks, and what became of it. */
function microphone(end: 'end' | 'error' | 'goes on' = 'end') {
  const left = [...CHUNKS];
  const state: { cancelled: boolean } = { cancelled: false };
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const chunk = left.shift();
        if (chunk !== undefined) controller.enqueue(chunk);
        else if (end === 'end') controller.close();
        else if (end === 'error') controller.error(new Error('The microphone is gone.'));
        else return new Promise(() => undefined);
        return undefined;
      },
      cancel() {
        state.cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, state };
}

const openAI = ({ name, baseURL }: LiveService, apiKey: string | (() => string) = 'sk-of-the-endpoint') =>
  ({ type: 'openai', name, baseURL, apiKey }) as const;

async function startRing(...meets: readonly LiveService['meet'][]) {
  const services = await Promise.all(meets.map((meet, index) => startLiveService(`e${index}`, meet)));
  const balanced = createBalancedProvider({
    endpoints: services.map((service) => openAI(service)),
    loadBalancing: false,
    failureThreshold: 1,
    retry: { rounds: 1 },
  });
  const attempts: string[] = [];
  balanced.on('attempt', (attempt) => void attempts.push(`${attempt.endpoint} ${attempt.class}`));
  return { services, balanced, attempts };
}

type Balanced = ReturnType<typeof createBalancedProvider>;

const transcribe = (
  balanced: Balanced,
  stream: ReadableStream<Uint8Array>,
  more: { abortSignal?: AbortSignal; headers?: Record<string, string> } = {},
) =>
  streamTranscribe({
    model: balanced.transcriptionModel('gpt-live-transcribe'),
    audio: stream,
    inputAudioFormat: { type: 'audio/pcm', rate: 24_000 },
    ...more,
  });

const failureOf = (result: PromiseLike<unknown>): PromiseLike<unknown> =>
  result.then(
    () => undefined,
    (error: unknown) => error,
  );

describe.runIf(sdkMajor === 7)('a live transcription', () => {
  it.each<[string, LiveService['meet']]>([
    ['fails after all of the audio', fails],
    ['refuses the handshake', undefined],
    ['closes the session', onCommit((session) => session.close())],
  ])('comes from the next endpoint, which hears all of the audio, when the first %s', async (_, meet) => {
    const { services, balanced, attempts } = await startRing(meet, transcribes);

    const result = transcribe(balanced, microphone().stream);

    expect(await result.text).toBe('Hello');
    expect(await result.providerMetadata).toMatchObject({ balanced: { endpoint: 'e1', attempts: 2 } });
    expect(attempts).toEqual(['e0 retryable', 'e1 success']);
    expect(services[1]?.sessions.map(audioOf)).toEqual([ALL]);
  });

  it('that breaks after content rejects, and is not asked for again', async () => {
    const breaks = onCommit((session) => {
      session.send(delta('Hel'));
      session.close();
    });
    const { services, balanced } = await startRing(breaks, transcribes);

    const error = await failureOf(transcribe(balanced, microphone().stream).text);

    expect(IncompleteStreamError.isInstance(error)).toBe(true);
    expect(services[1]?.sessions).toHaveLength(0);
    expect(balanced.status().endpoints[0]?.deployments[0]?.state).toBe('open');
  });

  it('rejects with an error that names every endpoint when all fail, and lets go of the audio', async () => {
    const { balanced } = await startRing(undefined, undefined);
    const { stream, state } = microphone('goes on');

    const error = await failureOf(transcribe(balanced, stream).text);

    expect(AllEndpointsFailedError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ attempts: [{ endpoint: 'e0' }, { endpoint: 'e1' }] });
    expect(state.cancelled).toBe(true);
  });

  it('ends at once when it is aborted: the connection is closed, the audio let go, and no endpoint blamed', async () => {
    const aborting = new AbortController();
    const heard = onCommit(() => undefined);
    const { services, balanced, attempts } = await startRing((session, message) => {
      heard(session, message);
      if (session.messages.length === 4) aborting.abort(new Error('Hung up.'));
    }, transcribes);
    const { stream, state } = microphone('goes on');

    const error = await failureOf(transcribe(balanced, stream, { abortSignal: aborting.signal }).text);

    expect(error).toMatchObject({ message: 'Hung up.' });
    await services[0]?.sessions[0]?.closed;
    expect(state.cancelled).toBe(true);
    expect(attempts).toEqual(['e0 aborted']);
    expect(balanced.status().endpoints[0]?.deployments[0]).toMatchObject({ state: 'closed', inFlight: 0 });
  });

  it('closes its connection when its reader leaves after content', async () => {
    const { services, balanced } = await startRing((session, { type }) => {
      if (type === 'input_audio_buffer.append') session.send(delta('Hel'));
    });
    const { stream, state } = microphone('goes on');

    const reader = transcribe(balanced, stream).fullStream.getReader();
    await reader.read();
    await reader.cancel('enough');

    await services[0]?.sessions[0]?.closed;
    expect(state.cancelled).toBe(true);
  });

  it('whose audio breaks rejects with the error of the audio: no endpoint is blamed, and no other asked', async () => {
    const { services, balanced } = await startRing(isSilent, transcribes);

    const error = await failureOf(transcribe(balanced, microphone('error').stream).text);

    expect(error).toMatchObject({ message: 'The microphone is gone.' });
    expect(services[1]?.sessions).toHaveLength(0);
    expect(balanced.status().endpoints[0]?.deployments[0]?.state).toBe('closed');
  });

  it('has the key that the endpoint’s function returns, and none that its caller gives', async () => {
    const service = await startLiveService('alone', transcribes);
    const balanced = createBalancedProvider({ endpoints: [openAI(service, () => 'sk-of-a-function')] });

    await transcribe(balanced, microphone().stream, { headers: { authorization: 'Bearer sk-of-the-caller' } }).text;

    const [session] = service.sessions;
    expect(session?.headers['sec-websocket-protocol']).toContain('openai-insecure-api-key.sk-of-a-function');
    expect(JSON.stringify(session?.headers)).not.toContain('sk-of-the-caller');
    expect(session?.path).toBe('/v1/realtime?intent=transcription');
  });

  it('is not asked of an Azure deployment with a name of its own, which its session would not name', async () => {
    const service = await startLiveService('openai', transcribes);
    const azure = {
      type: 'azure',
      apiKey: 'key',
      baseURL: service.baseURL,
      deployments: { 'gpt-live-transcribe': 'ears' },
    } as const;
    const both = createBalancedProvider({ endpoints: [azure, openAI(service)], loadBalancing: false });

    expect(await transcribe(both, microphone().stream).text).toBe('Hello');

    const alone = createBalancedProvider({ endpoints: [azure] });
    const error = await failureOf(transcribe(alone, microphone().stream).text);
    expect(String(error)).toContain(
      'live calls go to no Azure deployment whose name is not that of its model ("ears")',
    );
    expect(service.sessions).toHaveLength(1);
  });

  it('of a model that has none ends as with the AI SDK’s own', async () => {
    const { balanced } = await startRing(transcribes, transcribes);

    const model = balanced.transcriptionModel('whisper-1');
    const result = streamTranscribe({ model, audio: microphone().stream, inputAudioFormat: { type: 'audio/pcm' } });

    expect(String(await failureOf(result.text))).toContain('streaming transcription with whisper-1');
    expect(balanced.status().endpoints[0]?.deployments[0]?.state).toBe('closed');
  });
});

describe.runIf(sdkMajor < 7)('a transcription model', () => {
  it('has no live transcription where the AI SDK has none', async () => {
    const { balanced } = await startRing(transcribes);

    expect(balanced.transcriptionModel('whisper-1')).not.toHaveProperty('doStream');
  });
});
