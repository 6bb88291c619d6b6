/** An item of the Responses API, in an input or an output. */
export interface Item {
  readonly type: string;
  readonly id?: string;
  readonly [field: string]: unknown;
}

/** The request as far as the account looks at it. */
export interface ResponsesRequest {
  readonly model: string;
  readonly input: string | readonly Item[];
  readonly store?: boolean;
  readonly stream?: boolean;
  readonly include?: readonly string[];
  readonly tools?: readonly Item[];
  readonly previous_response_id?: string;
  readonly conversation?: string;
}

/** What the service answers instead of a response. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string | null;
  readonly param: string | null;

  constructor(status: number, message: string, { code = null, param = 'input' }: RefusalDetails = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.param = param;
  }

  get body(): string {
    const { message, code, param } = this;
    return JSON.stringify({ error: { message, type: 'invalid_request_error', param, code } });
  }
}

interface RefusalDetails {
  readonly code?: string | null;
  readonly param?: string | null;
}
