import { describe, expect, it } from 'vitest';

import { createBalancedProvider } from '../../../src/index.ts';
import { balancedOver } from './fake-models.ts';

/** Everything that can be reached from an object, as text. */
function reachable(from: unknown, seen = new Set<unknown>()): string {
  if (typeof from !== 'object' || from === null) return String(from);
  if (seen.has(from)) return '';
  seen.add(from);
  return Reflect.ownKeys(from)
    .map((key) => `${String(key)}=${reachable(Reflect.get(from, key), seen)}`)
    .join();
}

describe('a balanced model', () => {
  it('does not hand out the models behind it', () => {
    const balanced = createBalancedProvider({
      endpoints: [{ type: 'azure', resourceName: 'west', apiKey: 'sk-secret' }],
    });
    const models = [
      balanced('gpt-4'),
      balanced.embeddingModel('e'),
      balanced.imageModel('i'),
      balanced.transcription('whisper-1'),
      balanced.speech('tts-1'),
    ];

    for (const model of models) {
      expect(Object.keys(model)).not.toEqual(expect.arrayContaining(['openai']));
      for (const hidden of ['config', 'settings', 'openai', 'speech']) expect(model).not.toHaveProperty(hidden);
      expect(reachable(model)).not.toContain('sk-secret');
    }
  });

  it('hides whatever fields a third-party model keeps its key in', () => {
    const hidden = { options: { apiKey: 'sk-secret' }, client: { key: 'sk-secret' }, apiKey: 'sk-secret' };
    const balanced = balancedOver('v4', { ...hidden, supportedUrls: {}, maxEmbeddingsPerCall: 1 });

    for (const model of [balanced('m'), balanced.embeddingModel('m'), balanced.imageModel('m')]) {
      expect(reachable(model)).not.toContain('sk-secret');
    }
  });

  it('keeps the transformer that AI SDK 6 and 7 look for under a symbol, as a method of its model', () => {
    const symbol = Symbol.for('vercel.ai.embeddingModel.providerOptionsTransformer');
    const model = balancedOver('v4', {
      secret: 'own',
      [symbol](this: { readonly secret: string }) {
        return this.secret;
      },
    }).embeddingModel('m');

    expect((Reflect.get(model, symbol) as () => unknown)()).toBe('own');
  });
});
