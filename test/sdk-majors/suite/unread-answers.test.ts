import { APICallError, generateText } from 'ai';
import { AllEndpointsFailedError, createBalancedProvider } from 'ai-sdk-load-balancer';
import { describe, expect, it } from 'vitest';

import { greetingOf } from '../../support/answer.ts';
import { startServices } from '../../support/start-services.ts';
import { completion, json, response } from '../../support/wire/wire-answers.ts';
import { openAI } from './endpoints.ts';

const unread = {
  chat: json(completion({ message: { role: 'assistant', content: 5 } })),
  responses: json(
    response('completed', {
      output: [
        { type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content: [{ type: 'unheard' }] },
      ],
    }),
  ),
} as const;

describe.each(['chat', 'responses'] as const)('a whole answer of %s that the AI SDK cannot read', (api) => {
  it('is asked for at one other endpoint, and is no failure of theirs', async () => {
    const services = await startServices('east', 'west', 'south');
    for (const service of services) service.behave(unread[api]);
    const balanced = createBalancedProvider({
      endpoints: services.map((service) => openAI(service)),
      loadBalancing: false,
      failureThreshold: 1,
    });

    const error = await generateText({ model: balanced[api]('gpt-4'), prompt: 'Hello' }).catch(
      (thrown: unknown) => thrown,
    );

    expect(APICallError.isInstance(error)).toBe(true);
    expect(AllEndpointsFailedError.isInstance(error)).toBe(false);
    expect(services.map(({ requests }) => requests.length)).toEqual([1, 1, 0]);
    const states = balanced.status().endpoints.flatMap(({ deployments }) => deployments.map(({ state }) => state));
    expect(new Set(states)).toEqual(new Set(['closed']));
  });

  it('is a failure of its endpoint when the other gives one that it can read', async () => {
    const services = await startServices('strange', 'healthy');
    services[0].behave(unread[api]);
    const balanced = createBalancedProvider({
      endpoints: services.map((service) => openAI(service)),
      loadBalancing: false,
      failureThreshold: 2,
    });

    for (let call = 0; call < 3; call++) {
      const { text } = await generateText({ model: balanced[api]('gpt-4'), prompt: 'Hello', maxRetries: 0 });
      expect(text).toBe(greetingOf('healthy'));
    }

    expect(services.map(({ requests }) => requests.length)).toEqual([2, 3]);
  });
});
