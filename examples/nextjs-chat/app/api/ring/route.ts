import { ring } from '../../../lib/ring.ts';

/** The status page; for the panel, its events. */
const answer = async (request: Request): Promise<Response> => (await ring()).status(request);

export { answer as GET, answer as POST };
