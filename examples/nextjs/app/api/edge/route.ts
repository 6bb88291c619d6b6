import { streamChat } from '../../../lib/stream-chat.ts';

export const runtime = 'edge';

/** On an edge runtime, where only Web APIs exist. */
export const POST = streamChat;
