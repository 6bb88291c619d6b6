import type { AzureEndpointSettings, OpenAIEndpointSettings } from 'ai-sdk-load-balancer';

import type { FakeService } from './fake-service.ts';

/** A fake service as an OpenAI endpoint of the same name. */
export function openAI(service: FakeService, more: Partial<OpenAIEndpointSettings> = {}): OpenAIEndpointSettings {
  return {
    type: 'openai',
    name: service.name,
    baseURL: service.baseURL,
    apiKey: 'sk-of-a-fake-service',
    ...more,
  };
}

/** A fake service as an Azure endpoint with a dated api-version. */
export function datedAzure(service: FakeService, more: Partial<AzureEndpointSettings> = {}): AzureEndpointSettings {
  return {
    type: 'azure',
    name: service.name,
    baseURL: service.azureBaseURL,
    apiKey: 'key-of-a-fake-resource',
    apiVersion: '2024-10-21',
    ...more,
  };
}

/** A fake service as an Azure endpoint of the v1 API, which AI SDK 4 does not know. */
export function azureV1(service: FakeService, more: Partial<AzureEndpointSettings> = {}): AzureEndpointSettings {
  return {
    type: 'azure',
    name: service.name,
    baseURL: service.azureV1BaseURL,
    apiKey: 'key-of-a-fake-resource',
    ...more,
  };
}
