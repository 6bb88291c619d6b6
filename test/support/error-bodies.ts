/** What goes with an HTTP error. */
export interface ErrorBodySettings {
  readonly headers?: Readonly<Record<string, string>>;
  /** The error's `code`, where the status alone does not tell: `insufficient_quota`, `content_filter`, … */
  readonly code?: string;
  /** Sent as it stands, instead of the body that fits the status and the code. */
  readonly body?: string;
}

interface ErrorBody {
  readonly message: string;
  readonly type?: string | null;
  readonly param?: string | null;
  readonly code: string | null;
  readonly status?: number;
  readonly innererror?: Readonly<Record<string, unknown>>;
}

const contentFiltered: ErrorBody = {
  message:
    "The response was filtered due to the prompt triggering Azure OpenAI's content management policy. Please modify your prompt and retry.",
  type: null,
  param: 'prompt',
  code: 'content_filter',
  status: 400,
  innererror: {
    code: 'ResponsibleAIPolicyViolation',
    content_filter_result: { violence: { filtered: true, severity: 'medium' } },
  },
};

const contextLengthExceeded: ErrorBody = {
  message: "This model's maximum context length is 8192 tokens. However, your messages resulted in 20017 tokens.",
  type: 'invalid_request_error',
  param: 'messages',
  code: 'context_length_exceeded',
};

const insufficientQuota: ErrorBody = {
  message: 'You exceeded your current quota, please check your plan and billing details.',
  type: 'insufficient_quota',
  param: null,
  code: 'insufficient_quota',
};

const byCode: Readonly<Record<string, ErrorBody>> = {
  content_filter: contentFiltered,
  context_length_exceeded: contextLengthExceeded,
  insufficient_quota: insufficientQuota,
};

const openAIByStatus: Readonly<Record<number, ErrorBody>> = {
  400: { message: "Invalid value for 'temperature'.", type: 'invalid_request_error', param: 'temperature', code: null },
  401: { message: 'Incorrect API key provided.', type: 'invalid_request_error', param: null, code: 'invalid_api_key' },
  403: {
    message: 'Country, region, or territory not supported.',
    type: 'request_forbidden',
    param: null,
    code: 'unsupported_country_region_territory',
  },
  404: {
    message: 'The model does not exist or you do not have access to it.',
    type: 'invalid_request_error',
    param: null,
    code: 'model_not_found',
  },
  429: {
    message: 'Rate limit reached on requests per min (RPM): Limit 3, Used 3, Requested 1.',
    type: 'requests',
    param: null,
    code: 'rate_limit_exceeded',
  },
};

const azureByStatus: Readonly<Record<number, ErrorBody>> = {
  400: { message: "Invalid value for 'temperature'.", type: 'invalid_request_error', param: 'temperature', code: null },
  401: { message: 'Access denied due to invalid subscription key or wrong API endpoint.', code: '401' },
  403: { message: 'Access denied due to Virtual Network/Firewall rules.', code: '403' },
  404: { message: 'The API deployment for this resource does not exist.', code: 'DeploymentNotFound' },
  408: { message: 'The operation was timeout.', code: 'Timeout' },
  429: {
    message:
      'Requests to the ChatCompletions_Create Operation have exceeded call rate limit of your current OpenAI S0 pricing tier.',
    code: '429',
  },
  503: {
    message: 'The service is temporarily unable to process your request. Please try again later.',
    code: 'ServiceUnavailable',
  },
};

const serverError: ErrorBody = {
  message: 'The server had an error while processing your request. Sorry about that!',
  type: 'server_error',
  param: null,
  code: null,
};

/** The JSON that OpenAI or Azure OpenAI sends with an HTTP error. */
export function errorBody(shape: 'openai' | 'azure', status: number, code?: string): string {
  const byStatus = shape === 'azure' ? azureByStatus : openAIByStatus;
  const usual = byStatus[status] ?? serverError;
  const error = code === undefined ? usual : (byCode[code] ?? { ...usual, code });
  return JSON.stringify({ error });
}
