import { describe, expect, it } from 'vitest';

import { createBalancedProvider } from '../../../src/index.ts';
import { FakeEndpoint } from '../fake-endpoint.ts';
import { balancedOver } from './fake-models.ts';

describe('a balanced provider', () => {
  it('makes a model once', () => {
    const balanced = balancedOver('v4', {});

    expect(balanced('m')).toBe(balanced('m'));
    expect(balanced('m')).not.toBe(balanced('n'));
  });

  it('forgets models that were asked for long ago, since their ids may come from anywhere', () => {
    const balanced = balancedOver('v4', {});
    const first = balanced('first');
    const kept = balanced('kept');
    for (let id = 0; id < 1_500; id += 1) {
      balanced(`m${id}`);
      balanced('kept');
    }

    expect(balanced('kept')).toBe(kept);
    expect(balanced('first')).not.toBe(first);
  });

  it('refuses a model id of more than 512 characters, which would be kept for a while', () => {
    const balanced = balancedOver('v4', {});

    expect(balanced('m'.repeat(512)).modelId).toHaveLength(512);
    expect(() => balanced('m'.repeat(513))).toThrow('A model id must be a string of 1 to 512 characters.');
  });

  it('does not forget a deployment that is being asked, however many ids come after it', async () => {
    let answer: (() => void) | undefined;
    const languageModel = (modelId: string) => ({
      specificationVersion: 'v4',
      provider: 'fake',
      modelId,
      supportedUrls: {},
      doGenerate: () => new Promise((resolve) => (answer = () => resolve({ content: [], warnings: [] }))),
    });
    const balanced = createBalancedProvider({ endpoints: [{ name: 'only', provider: { languageModel } }] });
    const asked = balanced('first').doGenerate({ prompt: [] });
    for (let id = 0; id < 1_500; id += 1) balanced(`m${id}`);

    const [endpoint] = balanced.status().endpoints;
    expect(endpoint?.deployments.filter(({ inFlight }) => inFlight > 0)).toMatchObject([{ deployment: 'first' }]);
    answer?.();
    await asked;
  });

  it('forgets the real models with them', () => {
    const built = new Map<string, number>();
    const languageModel = (modelId: string) => {
      built.set(modelId, (built.get(modelId) ?? 0) + 1);
      return { specificationVersion: 'v4', provider: 'fake', modelId, supportedUrls: {} };
    };
    const balanced = createBalancedProvider({ endpoints: [{ provider: { languageModel } }] });

    balanced('first');
    for (let id = 0; id < 1_500; id += 1) balanced(`m${id}`);
    balanced('m1499');
    balanced('first');

    expect(built.get('m1499')).toBe(1);
    expect(built.get('first')).toBe(2);
  });
});

it.each([undefined, null, '', 4])('a model id %s is refused when the model is made, and not by a call', (id) => {
  const balanced = createBalancedProvider({ endpoints: [new FakeEndpoint('e0').settings()] });

  expect(() => balanced(id as string)).toThrow('model id');
  expect(() => balanced.embeddingModel(id as string)).toThrow('model id');
});
