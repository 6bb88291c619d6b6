import { streamChat } from '../../../lib/stream-chat.ts';

/** On Node.js, the default. */
export const POST = streamChat;
