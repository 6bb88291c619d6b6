import { azureV1, datedAzure } from '../../support/endpoints.ts';
import { line } from './line.ts';

export { datedAzure, openAI } from '../../support/endpoints.ts';

/** A fake service as an Azure endpoint of the newest kind that the line knows: dated on 4, v1 from 5 on. */
export const azure = line === 4 ? datedAzure : azureV1;
