import { createBalancedProvider } from '../../../src/index.ts';
import { AZURE_API_VERSION, AZURE_DEPLOYMENT, type Contestant, FALLBACK_ID, MODEL_ID, OURS } from './contestant.ts';

/** This package, with its defaults wherever a scenario does not ask for something. */
export const balanced: Contestant = {
  name: OURS,
  createModel: ({ endpoints, wishes: { prefersFast, hedges, maxWaitMs, fallbackAfterMs } }) =>
    createBalancedProvider({
      modelMapping: { [MODEL_ID]: AZURE_DEPLOYMENT },
      endpoints: endpoints.map(({ kind, isFallback, ...endpoint }) => {
        const models = [isFallback ? FALLBACK_ID : MODEL_ID];
        return kind === 'azure'
          ? { ...endpoint, type: 'azure', apiVersion: AZURE_API_VERSION, models }
          : { ...endpoint, type: 'openai', models };
      }),
      fallbacks: endpoints.some(({ isFallback }) => isFallback) ? { [MODEL_ID]: [FALLBACK_ID] } : undefined,
      fallbackAfterMs,
      picker: prefersFast === true ? 'fastest' : undefined,
      hedge: hedges,
      maxWaitMs,
    }).chat(MODEL_ID),
};
