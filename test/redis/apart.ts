/** A process whose Redis is away, and that has nothing more to do after a call. */
import { createClient } from 'redis';

import { createBalancedProvider } from '../../src/index.ts';
import { redisState } from '../../src/redis/redis-state.ts';
import { FakeEndpoint, prompt } from '../unit/fake-endpoint.ts';

const state = redisState(createClient());
const balanced = createBalancedProvider({ endpoints: [new FakeEndpoint('one').settings()], state });
await balanced('m').doGenerate({ prompt });
process.send?.(balanced.status().state);
process.disconnect?.();
