import { azureV1, datedAzure } from '../../support/endpoints.ts';
import { sdkMajor } from './sdk-major.ts';

export { datedAzure, openAI } from '../../support/endpoints.ts';

/** A fake service as an Azure endpoint of the newest kind that the SDK knows: dated on SDK 4, v1 from SDK 5 on. */
export const azure = sdkMajor === 4 ? datedAzure : azureV1;
