import { APICallError, wrapLanguageModel } from 'ai';

import type { Contestant } from './contestant.ts';
import { type PlainModel, plainModels } from './plain-models.ts';

/** Takes turns, and asks each of the others once when an endpoint fails: what applications grow into. */
export const rotationWithFailover: Contestant = {
  name: 'rotation with failover',
  createModel: (fleet) => {
    const models = plainModels(fleet);
    let turn = 0;
    async function ask<Answer>(how: (model: PlainModel) => PromiseLike<Answer>, signal?: AbortSignal) {
      const first = turn++;
      let last: unknown;
      for (let step = 0; step < models.length; step += 1) {
        try {
          return await how(models[(first + step) % models.length] as PlainModel);
        } catch (error) {
          if (signal?.aborted === true || isTheRequestsFault(error)) throw error;
          last = error;
        }
      }
      throw last;
    }
    return wrapLanguageModel({
      model: models[0]!,
      middleware: {
        wrapGenerate: ({ params }) => ask((model) => model.doGenerate(params), params.abortSignal),
        wrapStream: ({ params }) => ask((model) => model.doStream(params), params.abortSignal),
      },
    });
  },
};

const isTheRequestsFault = (error: unknown): boolean =>
  APICallError.isInstance(error) && !error.isRetryable && error.statusCode === 400;
