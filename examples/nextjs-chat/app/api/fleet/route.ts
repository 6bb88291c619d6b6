import { z } from 'zod';

import { MOODS } from '../../../lib/fleet.ts';
import { ring } from '../../../lib/ring.ts';

const moodsOf = async () => Object.fromEntries((await ring()).fleet.map(({ name, mood }) => [name, mood]));

/** The moods of the embedded fleet, by name; none with real endpoints. */
export const GET = async (): Promise<Response> => Response.json(await moodsOf());

const change = z.object({ name: z.string(), mood: z.enum(MOODS) });

/** Changes the mood of one. JSON only: no other site can post it without asking. */
export async function POST(request: Request): Promise<Response> {
  if (request.headers.get('content-type') !== 'application/json') return new Response(null, { status: 415 });
  const { name, mood } = change.parse(await request.json());
  (await ring()).fleet.find((service) => service.name === name)?.turn(mood);
  return Response.json(await moodsOf());
}
