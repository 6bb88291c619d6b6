import { createFallback } from 'ai-fallback';

import type { Contestant } from './contestant.ts';
import { plainModels } from './plain-models.ts';

/** As its documentation shows it: the models in order, and the first again after a minute. */
export const aiFallback: Contestant = {
  name: 'ai-fallback',
  createModel: (fleet) => createFallback({ models: [...plainModels(fleet)], modelResetInterval: 60_000 }),
};
