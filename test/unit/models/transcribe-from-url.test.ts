import { describe, expect, it, vi } from 'vitest';

import { apiError } from '../api-error.ts';
import { balancedOver } from './fake-models.ts';

const transcript = { text: 'Hello', segments: [], language: undefined, durationInSeconds: 1, warnings: [] };
const audio = new URL('https://audio.example/a.mp3');

const modelOver = (...models: readonly object[]) =>
  balancedOver('v4', ...models.map((model) => ({ doGenerate: vi.fn(), ...model }))).transcriptionModel('whisper');

describe('transcription of a URL', () => {
  it('goes to the next endpoint when one fails', async () => {
    const failing = vi.fn(() => Promise.reject(apiError(503)));
    const model = modelOver({ doGenerateFromUrl: failing }, { doGenerateFromUrl: async () => transcript });

    const result = await model.doGenerateFromUrl?.({ audio });

    expect(result).toMatchObject({ text: 'Hello', providerMetadata: { balanced: { endpoint: 'e1' } } });
    expect(failing).toHaveBeenCalledWith(expect.objectContaining({ audio }));
  });

  it('is left to the AI SDK when the model that was asked cannot fetch it', async () => {
    const other = vi.fn(async () => transcript);
    const model = modelOver({ doGenerateFromUrl: async () => undefined }, { doGenerateFromUrl: other });

    expect(await model.doGenerateFromUrl?.({ audio })).toBeUndefined();
    expect(other).not.toHaveBeenCalled();
  });

  it('is left to the AI SDK when an endpoint cannot do it', () => {
    const model = modelOver({ doGenerateFromUrl: async () => transcript }, {});

    expect(model).not.toHaveProperty('doGenerateFromUrl');
  });
});
