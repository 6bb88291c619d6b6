import { streamText } from 'ai';
import { createBalancedProvider, IncompleteStreamError } from 'ai-sdk-load-balancer';
import { describe, expect, it } from 'vitest';

import { interrupted } from '../../support/behaviour.ts';
import { normalFinishReasons, readStream } from '../../support/read-stream.ts';
import { startFailingAndHealthy } from '../../support/start-services.ts';
import { openAI } from './endpoints.ts';

const prompt = 'Who are you?';

const failures = [
  ['an end without a finish reason', interrupted(2, 'end')],
  ['a reset', interrupted(2, 'reset')],
  ['an error event', interrupted(2, 'error-event')],
  ['an error event with its fields one level down', interrupted(2, 'nested-error-event')],
  ['response.failed', interrupted(2, 'failed-event')],
  ['malformed JSON', interrupted(2, 'malformed-event')],
] as const;

describe.each(['chat', 'responses', 'completion'] as const)(
  'a %s stream that has had content and then meets',
  (api) => {
    it.each(failures)('%s keeps its text, once, and ends in an error', async (_, behaviour) => {
      const [failing, healthy] = await startFailingAndHealthy(behaviour);
      const balanced = createBalancedProvider({
        endpoints: [openAI(failing), openAI(healthy)],
        loadBalancing: false,
      });
      const reported: unknown[] = [];

      const result = streamText({
        model: balanced[api]('gpt-4'),
        prompt,
        maxRetries: 0,
        onError: ({ error }) => void reported.push(error),
      });
      const reading = await readStream(result.fullStream);

      expect(reading.text).toBe('Hello, this');
      expect(reading.errors.length).toBeGreaterThan(0);
      expect(IncompleteStreamError.isInstance(reported.at(-1))).toBe(true);
      expect(normalFinishReasons).not.toContain(reading.finishReason);
      expect([failing.requests.length, healthy.requests.length]).toEqual([1, 0]);
    });

    it.each(failures)('%s leaves no promise of its result open', async (_, behaviour) => {
      const [failing, healthy] = await startFailingAndHealthy(behaviour);
      const balanced = createBalancedProvider({
        endpoints: [openAI(failing), openAI(healthy)],
        loadBalancing: false,
      });

      const result = streamText({
        model: balanced[api]('gpt-4'),
        prompt,
        maxRetries: 0,
        onError: () => undefined,
      });
      await readStream(result.fullStream);

      const promises = [result.text, result.finishReason, result.usage, result.response];
      const settled = await Promise.allSettled(promises);

      expect(settled).toHaveLength(promises.length);
    });
  },
);
