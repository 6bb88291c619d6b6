import { ring } from '../../../lib/ring.ts';

/** The status page; for the panel, its events. */
export const GET = async (request: Request): Promise<Response> => (await ring()).status(request);
export const POST = GET;
