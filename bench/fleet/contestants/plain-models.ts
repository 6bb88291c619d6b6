import { createAzure } from '@ai-sdk/azure';
import { createOpenAI, type OpenAIProvider } from '@ai-sdk/openai';

import {
  AZURE_API_VERSION,
  AZURE_DEPLOYMENT,
  FALLBACK_ID,
  type Fleet,
  type FleetEndpoint,
  MODEL_ID,
} from './contestant.ts';

/** A model of the installed AI SDK major. */
export type PlainModel = ReturnType<OpenAIProvider['chat']>;

/** The SDK's own model at each endpoint, for contestants that add their own way of choosing. */
export const plainModels = ({ endpoints }: Fleet): readonly PlainModel[] =>
  endpoints.map((endpoint) => plainModel(endpoint));

export function plainModel({ kind, baseURL, apiKey, isFallback }: FleetEndpoint): PlainModel {
  return kind === 'azure'
    ? createAzure({ baseURL, apiKey, apiVersion: AZURE_API_VERSION, useDeploymentBasedUrls: true }).chat(
        AZURE_DEPLOYMENT,
      )
    : createOpenAI({ baseURL, apiKey }).chat(isFallback ? FALLBACK_ID : MODEL_ID);
}
