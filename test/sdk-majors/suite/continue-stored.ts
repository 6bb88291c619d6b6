/** A program of its own: continues the stored chat that its argument holds, and prints it. */
import type { EndpointSettings } from 'ai-sdk-load-balancer';

import { inOrder } from './conversation.ts';
import { answerStored } from './stored-conversation.ts';

const { endpoints, messages } = JSON.parse(process.argv[2] ?? '') as {
  readonly endpoints: readonly EndpointSettings[];
  readonly messages: string;
};
console.log(await answerStored(inOrder(endpoints), messages));
