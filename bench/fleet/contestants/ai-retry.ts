import { createRetryableModel, error } from 'ai-retry/language-model';

import type { Contestant } from './contestant.ts';
import { plainModels } from './plain-models.ts';

/** As its documentation advises: each other model is a fallback, then the first again with a backoff; the AI SDK does not retry. */
export const aiRetry: Contestant = {
  name: 'ai-retry',
  maxRetries: 0,
  createModel: (fleet) => {
    const [model, ...others] = plainModels(fleet);
    const again = error.isRetryable(true).retry({ delay: 1_000, backoffFactor: 2 });
    return createRetryableModel({ model: model!, retries: [...others, again] });
  },
};
