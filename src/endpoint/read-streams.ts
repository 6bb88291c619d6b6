import { withNestedErrors } from './told-failures.ts';
import { endWhenDone } from './whole-streams.ts';

/** Reads what came for a URL. */
export type ReadAnswer = (response: Response, url: string) => Response;

/** What an endpoint or the installed AI SDK leaves out of streams. */
export interface LeftOut {
  /** The SDK: events by which a Responses stream says that it failed. Without them a refused prompt looks like a hang-up. */
  readonly failures: boolean;
  /** The service: why a stream ended. */
  readonly finishReasons: boolean;
}

/** Reads streams so that they say what is left out of them. */
export const readStreams =
  ({ failures, finishReasons }: LeftOut): ReadAnswer =>
  (response, url) => {
    const { body, headers } = response;
    if (body === null || headers.get('content-type')?.includes('event-stream') !== true) return response;
    const api = /\/(responses|completions)(?:\?|$)/.exec(url)?.[1];
    if (api === 'responses' && failures) return new Response(withNestedErrors(body), response);
    if (api === 'completions' && finishReasons) endWhenDone(body);
    return response;
  };
