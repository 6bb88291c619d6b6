import { NoSuchModelError } from 'ai';
import { createBalancedProvider } from 'ai-sdk-load-balancer';
import { describe, expect, it } from 'vitest';

import { greetingOf } from '../../support/answer.ts';
import { status } from '../../support/behaviour.ts';
import { startFailingAndHealthy, startServices } from '../../support/start-services.ts';
import { datedAzure, openAI } from './endpoints.ts';
import { generateImage, generateSpeech, sdkMajor, transcribe } from './sdk-major.ts';

const mp3 = new Uint8Array([0x49, 0x44, 0x33, 0, 0, 0, 0, 0, 0, 0, 1, 2]);

describe('images of generateImage', () => {
  it('come from the next endpoint when the first one fails', async () => {
    const [failing, healthy] = await startFailingAndHealthy(status(500));
    const balanced = createBalancedProvider({
      endpoints: [openAI(failing), openAI(healthy)],
      loadBalancing: false,
    });

    const { image } = await generateImage({
      model: balanced.imageModel('gpt-image-1'),
      prompt: 'A lighthouse',
      maxRetries: 0,
    });

    expect(Buffer.from(image.uint8Array).toString()).toContain('healthy');
    expect([failing.requests.length, healthy.requests.length]).toEqual([1, 1]);
  });

  it('come from an Azure deployment', async () => {
    const [service] = await startServices('azure');
    const balanced = createBalancedProvider({
      endpoints: [datedAzure(service, { deployments: { 'dall-e-3': 'pictures' } })],
    });

    await generateImage({ model: balanced.image('dall-e-3'), prompt: 'A lighthouse' });

    expect(service.requests[0]).toMatchObject({ operation: 'images', deployment: 'pictures' });
  });
});

describe('transcriptions', () => {
  it('come from the next endpoint when the first one fails', async () => {
    const [failing, healthy] = await startFailingAndHealthy(status(500));
    const balanced = createBalancedProvider({
      endpoints: [openAI(failing), openAI(healthy)],
      loadBalancing: false,
    });

    const { text } = await transcribe({
      model: balanced.transcriptionModel('whisper-1'),
      audio: mp3,
      maxRetries: 0,
    });

    expect(text).toBe(greetingOf('healthy'));
    expect([failing.requests.length, healthy.requests.length]).toEqual([1, 1]);
  });

  it('name the deployment in their form', async () => {
    const [service] = await startServices('azure');
    const balanced = createBalancedProvider({
      endpoints: [datedAzure(service, { deployments: { 'whisper-1': 'ears' } })],
    });

    await transcribe({ model: balanced.transcription('whisper-1'), audio: mp3 });

    expect(service.requests[0]).toMatchObject({
      operation: 'transcriptions',
      deployment: 'ears',
      json: { model: 'ears' },
    });
  });
});

describe('speech', () => {
  it('comes from the next endpoint when the first one fails', async () => {
    const [failing, healthy] = await startFailingAndHealthy(status(500));
    const balanced = createBalancedProvider({
      endpoints: [openAI(failing), openAI(healthy)],
      loadBalancing: false,
    });

    const { audio } = await generateSpeech({
      model: balanced.speechModel('tts-1'),
      text: 'Hello',
      maxRetries: 0,
    });

    expect(Buffer.from(audio.uint8Array).toString()).toContain('healthy');
    expect([failing.requests.length, healthy.requests.length]).toEqual([1, 1]);
  });

  it.runIf(sdkMajor === 4)('is a NoSuchModelError for Azure on SDK 4, which has none', async () => {
    const [service] = await startServices('azure');
    const balanced = createBalancedProvider({ endpoints: [datedAzure(service)] });

    const error = errorThrownBy(() => balanced.speechModel('tts-1'));

    expect(NoSuchModelError.isInstance(error)).toBe(true);
  });
});

it('a kind of model that no endpoint has is a NoSuchModelError that names the endpoints', async () => {
  const [service] = await startServices('alone');
  const { languageModel } = createBalancedProvider({ endpoints: [openAI(service)] });
  const balanced = createBalancedProvider({
    endpoints: [{ name: 'text-only', provider: { languageModel } }],
  });

  const error = errorThrownBy(() => balanced.imageModel('gpt-image-1'));

  // By its marker: npm may install a second copy of the SDK's error class.
  expect(NoSuchModelError.isInstance(error)).toBe(true);
  expect(String(error)).toContain('text-only');
});

function errorThrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}
