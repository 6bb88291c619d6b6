/** Models that not every line has: decisions, extractions, DeepSeek’s at Azure. */
import { createBalancedProvider } from 'ai-sdk-load-balancer';
import { generateText } from 'ai';
import { describe, expect, it } from 'vitest';

import { greetingOf } from '../../support/answer.ts';
import { status } from '../../support/behaviour.ts';
import { azureV1 } from '../../support/endpoints.ts';
import { startFailingAndHealthy } from '../../support/start-services.ts';
import { json, response } from '../../support/wire/wire-answers.ts';
import { openAI } from './endpoints.ts';
import { sdkMajor } from './sdk-major.ts';

const state = [{ type: 'text' as const, text: 'Ada wrote the first program.' }];

describe.runIf(sdkMajor === 7)('a decision', () => {
  it.each(['doDecide', 'doEvaluate'] as const)(
    'comes from the next endpoint when the first one fails: %s',
    async (ask) => {
      const [failing, healthy] = await startFailingAndHealthy(status(500));
      healthy.behave(json({ answers: [{ type: 'predicate', name: 'q', probability: 0.9 }] }));
      const balanced = createBalancedProvider({ endpoints: [openAI(failing), openAI(healthy)], loadBalancing: false });
      const model = balanced.evaluationModel('gpt-decide');

      const result = await model[ask]({ state, questions: { q: { type: 'boolean', instructions: 'Is it of Ada?' } } });

      expect(result.answers).toEqual({ q: { type: 'boolean', probability: 0.9 } });
      expect(result.providerMetadata).toMatchObject({ balanced: { endpoint: 'healthy', attempts: 2 } });
      expect(model.supportedQuestionTypes).toEqual(['choice', 'score', 'boolean']);
      expect([failing.requests.length, healthy.requests.length]).toEqual([1, 1]);
    },
  );

  it('can be made by either name, also where a registry looks for it', () => {
    const balanced = createBalancedProvider({ endpoints: [{ type: 'openai', apiKey: 'any' }] });

    expect(balanced.decisionModel('gpt-decide')).toBe(balanced.evaluationModel('gpt-decide'));
  });
});

describe.runIf(sdkMajor === 7)('an extraction', () => {
  it('comes from the next endpoint when the first one fails', async () => {
    const [failing, healthy] = await startFailingAndHealthy(status(500));
    const content = [{ type: 'output_text', text: '{"f0":"Ada"}', annotations: [] }];
    healthy.behave(json(response('completed', { output: [{ type: 'message', id: 'm', role: 'assistant', content }] })));
    const balanced = createBalancedProvider({ endpoints: [openAI(failing), openAI(healthy)], loadBalancing: false });

    const { answers } = await balanced
      .extractionModel('gpt-5')
      .doExtract({ state, fields: { name: { type: 'text' } } });

    expect(answers).toMatchObject({ name: { value: 'Ada' } });
    expect([failing.requests.length, healthy.requests.length]).toEqual([1, 1]);
  });
});

describe.runIf(sdkMajor >= 5)('a DeepSeek model', () => {
  it('goes to the next Azure endpoint when the first one fails, by the name it has there', async () => {
    const [failing, healthy] = await startFailingAndHealthy(status(500));
    const balanced = createBalancedProvider({
      endpoints: [azureV1(failing), azureV1(healthy, { deployments: { 'DeepSeek-V3.1': 'deep' } })],
      loadBalancing: false,
    });

    const { text } = await generateText({ model: balanced.deepseek('DeepSeek-V3.1'), prompt: 'Hi', maxRetries: 0 });

    expect(text).toBe(greetingOf('healthy'));
    expect(healthy.requests[0]).toMatchObject({ operation: 'chat', model: 'deep' });
  });
});
