import { createBalancedProvider } from '../../../src/index.ts';
import { AZURE_API_VERSION, AZURE_DEPLOYMENT, type Contestant, MODEL_ID, OURS } from './contestant.ts';

/** This package, with its defaults wherever a scenario does not ask for something. */
export const balanced: Contestant = {
  name: OURS,
  createModel: ({ endpoints, wishes: { prefersFast, hedges, maxWaitMs } }) =>
    createBalancedProvider({
      modelMapping: { [MODEL_ID]: AZURE_DEPLOYMENT },
      endpoints: endpoints.map(({ name, kind, baseURL, apiKey, rpm, tpm }) =>
        kind === 'azure'
          ? { type: 'azure', name, baseURL, apiKey, apiVersion: AZURE_API_VERSION, rpm, tpm }
          : { type: 'openai', name, baseURL, apiKey, rpm, tpm },
      ),
      picker: prefersFast === true ? 'fastest' : undefined,
      hedge: hedges,
      maxWaitMs,
    }).chat(MODEL_ID),
};
