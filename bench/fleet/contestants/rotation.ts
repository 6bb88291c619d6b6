import { wrapLanguageModel } from 'ai';

import type { Contestant } from './contestant.ts';
import { plainModels } from './plain-models.ts';

/** Takes turns, whatever happens: the few lines that most applications start with. */
export const rotation: Contestant = {
  name: 'rotation',
  createModel: (fleet) => {
    const models = plainModels(fleet);
    let turn = 0;
    // Called for each attempt, so that a retry of the AI SDK's goes to the next endpoint.
    const next = () => models[turn++ % models.length]!;
    return wrapLanguageModel({
      model: models[0]!,
      middleware: {
        wrapGenerate: ({ params }) => next().doGenerate(params),
        wrapStream: ({ params }) => next().doStream(params),
      },
    });
  },
};
