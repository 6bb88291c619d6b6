/**
 * What portability costs a call, in process: how long it takes to look at a prompt, and to change it for an endpoint.
 *
 * Each figure is the median of many batches, run in turns, so that what else the machine does falls on all of them.
 *
 *   node bench/portability/run.ts [file.json]
 */
import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';

import { createAzure } from '@ai-sdk/azure';
import { createOpenAI } from '@ai-sdk/openai';

import type { Deployment } from '../../src/deployment/deployment.ts';
import { targetsOf } from '../../src/deployment/target.ts';
import { Endpoints } from '../../src/endpoint/create-endpoints.ts';
import { EventEmitter } from '../../src/event-emitter.ts';
import { type Conversation, conversationsWith } from '../../src/portability/conversation.ts';
import { ConversationMemory } from '../../src/portability/conversation-memory.ts';
import type { CallOptions } from '../../src/sdk.ts';
import { resolveSettings } from '../../src/settings/resolve-settings.ts';
import { answered, plain } from './prompts.ts';

const BATCHES = 400;

const endpoints = new Endpoints(
  resolveSettings({
    endpoints: [
      { name: 'owner', provider: createOpenAI({ apiKey: 'any' }) },
      { name: 'other', provider: createAzure({ resourceName: 'any', apiKey: 'any' }) },
    ],
  }),
  new EventEmitter(),
);
// Portability looks at nothing else of a deployment.
const deployments = endpoints.all.map((endpoint) => ({ endpoint, target: targetsOf(endpoint, 'gpt-5') }) as Deployment);
const [owner, other] = deployments as [Deployment, Deployment];
const begin = conversationsWith({
  rings: [{ deployments, kind: 'responses', modelId: 'gpt-5' }],
  memory: new ConversationMemory(),
  events: new EventEmitter(),
  affinity: true,
});

/** What happens to a call's options before an attempt. */
const adapt = (options: CallOptions, deployment: Deployment): CallOptions =>
  (begin(options) as Conversation).optionsFor(deployment, options);

const { mark } = owner.target('responses');
const openai = { reasoningEffort: 'low', promptCacheKey: 'conversation-7' };
const cases: Readonly<
  Record<string, { readonly options: CallOptions; readonly deployment: Deployment; readonly batch: number }>
> = {
  'no references, 3 messages': { options: { prompt: plain(3) }, deployment: owner, batch: 2_000 },
  'no references, 3 messages, options for OpenAI sent to Azure': {
    options: { prompt: plain(3), providerOptions: { openai } },
    deployment: other,
    batch: 2_000,
  },
  'no references, 20 messages': { options: { prompt: plain(20) }, deployment: owner, batch: 1_000 },
  'no references, 200 messages': { options: { prompt: plain(200) }, deployment: owner, batch: 200 },
  '200 messages with references, to their owner': {
    options: { prompt: answered(200, mark), providerOptions: { openai } },
    deployment: owner,
    batch: 50,
  },
  '200 messages with references, sent in full to another': {
    options: { prompt: answered(200, mark), providerOptions: { openai } },
    deployment: other,
    batch: 50,
  },
};

const samples = new Map(Object.keys(cases).map((name) => [name, [] as number[]]));
for (let round = 0; round < BATCHES; round += 1) {
  for (const [name, { options, deployment, batch }] of Object.entries(cases)) {
    const startedAt = performance.now();
    for (let call = 0; call < batch; call += 1) adapt(options, deployment);
    samples.get(name)?.push(((performance.now() - startedAt) * 1_000) / batch);
  }
}

const figures = Object.fromEntries(
  [...samples].map(([name, times]) => {
    // The first batches warm up the machine.
    const sorted = times.slice(BATCHES / 4).toSorted((a, b) => a - b);
    const at = (share: number): number => Number((sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(3));
    return [name, { medianUs: at(0.5), p95Us: at(0.95) }];
  }),
);
console.table(figures);
const machine = { node: process.version, cpu: cpus()[0]?.model };
const target = process.argv[2];
if (target !== undefined) await writeFile(target, `${JSON.stringify({ machine, figures }, null, 2)}\n`);
