import { describe, expect, it, vi } from 'vitest';

import type { Deployment } from '../../../src/deployment/deployment.ts';
import { targetsOf } from '../../../src/deployment/target.ts';
import { Endpoints } from '../../../src/endpoint/create-endpoints.ts';
import { EventEmitter } from '../../../src/event-emitter.ts';
import { type Conversation, conversationsWith } from '../../../src/portability/conversation.ts';
import { ConversationMemory } from '../../../src/portability/conversation-memory.ts';
import type { CallOptions } from '../../../src/sdk.ts';
import { resolveSettings } from '../../../src/settings/resolve-settings.ts';
import { assistant, text, user } from './prompts.ts';
import { from } from './responses-ring.ts';

const endpoints = new Endpoints(
  resolveSettings({
    endpoints: [
      { type: 'openai', name: 'first', apiKey: 'any' },
      { type: 'azure', name: 'second', resourceName: 'any', apiKey: 'any' },
    ],
  }),
  new EventEmitter(),
).all;
// Portability looks at nothing else of a deployment.
const deployments = endpoints.map((endpoint) => ({ endpoint, target: targetsOf(endpoint, 'gpt-5') }) as Deployment);
const [first, second] = deployments as [Deployment, Deployment];
const dependencies = {
  rings: [{ deployments, kind: 'responses', modelId: 'gpt-5' }],
  memory: new ConversationMemory(),
  events: new EventEmitter(),
  affinity: true,
} as const;
// At once: nothing is shared with other processes.
const beginWith = (with_: Parameters<typeof conversationsWith>[0]) =>
  conversationsWith(with_) as (options: CallOptions) => Conversation;
const begin = beginWith(dependencies);

describe('the options of a call', () => {
  it.each<[string, CallOptions, Deployment]>([
    [
      'that refers to nothing',
      { prompt: [user(text('Hello?')), assistant(text('Hello!'))], providerOptions: { openai: { store: true } } },
      first,
    ],
    [
      'that goes to its owner',
      { prompt: [assistant(text('Hello!', { openai: { itemId: 'msg_1' }, ...from('first') }))] },
      first,
    ],
    [
      'that has options of another provider',
      { prompt: [], providerOptions: { anthropic: { thinking: true } } },
      second,
    ],
  ])('%s are the same object', (_, options, deployment) => {
    expect(begin(options).optionsFor(deployment, options)).toBe(options);
  });
});

describe('a conversation', () => {
  const previous = { prompt: [], providerOptions: { openai: { previousResponseId: 'resp_1' } } };

  it.each<[string, CallOptions, owner: Deployment | undefined, isPinned: boolean]>([
    ['refers to a response whose owner is known', previous, second, true],
    [
      'refers to a response whose endpoint the caller names',
      { prompt: [], providerOptions: { openai: { previousResponseId: 'resp_2' }, balanced: { endpoint: 'first' } } },
      first,
      true,
    ],
    [
      'refers to a response whose owner is not known',
      { prompt: [], providerOptions: { openai: { previousResponseId: 'resp_2' } } },
      undefined,
      true,
    ],
    [
      'refers to an item that has content',
      { prompt: [assistant(text('Hello!', { openai: { itemId: 'msg_1' }, ...from('first') }))] },
      first,
      false,
    ],
    ['refers to nothing', { prompt: [user(text('Hello?'))] }, undefined, false],
  ])(
    'that %s knows its owner, and whether only one endpoint can resolve what it refers to',
    (_, options, owner, isPinned) => {
      const memory = new ConversationMemory();
      memory.rememberOwner(['resp_1'], second.target('responses').mark.endpoint);

      const conversation = beginWith({ ...dependencies, memory })(options);

      expect([conversation.ownerAmong(deployments), conversation.isPinned]).toEqual([owner, isPinned]);
    },
  );

  it('about a file that an endpoint outside the ring has goes only where it is not taken for content', () => {
    const memory = new ConversationMemory();
    memory.rememberOwner(['file-12345'], 'ep_gone');
    const file = { type: 'file', mediaType: 'application/pdf', data: { type: 'data', data: 'file-12345' } };

    const { excluded } = beginWith({ ...dependencies, memory })({ prompt: [user(file)] });

    expect([...excluded]).toEqual([second]);
  });

  it('asks the memory of owners once, however many attempts its call takes', () => {
    const memory = new ConversationMemory();
    const ownersOf = vi.spyOn(memory, 'ownersOf');
    const error = Object.assign(new Error(''), { statusCode: 404 });
    const failure = { class: 'rejected', code: 'previous_response_not_found' } as const;

    const conversation = beginWith({ ...dependencies, memory })(previous);
    for (const deployment of deployments) {
      conversation.optionsFor(deployment, previous);
      conversation.reclassify(error, failure, { deployment, madeNoRequest: false });
    }
    conversation.toResult({ content: [] }, first);

    expect(ownersOf).toHaveBeenCalledOnce();
  });
});

describe('the memory of owners', () => {
  it('is bounded, and forgets what was not asked for longest', () => {
    const memory = new ConversationMemory(undefined, 2);
    memory.rememberOwner(['a', 'b'], 'ep_1');
    memory.ownersOf(['a']);
    memory.rememberOwner(['c'], 'ep_2');

    expect([...memory.ownersOf(['a', 'b', 'c'])]).toEqual([
      ['a', 'ep_1'],
      ['c', 'ep_2'],
    ]);
  });
});
