/** A stream as its API sends it, cut where a test may want to interrupt it. Each string is one server-sent event. */
export interface StreamScript {
  /** Events before the first one that carries content. */
  readonly preamble: readonly string[];
  /** One event for each piece of content. */
  readonly parts: readonly string[];
  /** What closes the content, names the finish reason and reports the usage. */
  readonly ending: readonly string[];
  /** The event by which this API reports a failure in the middle of a stream. */
  readonly errorEvent: string;
  /** The Responses API has also sent its error with the fields one level down. The same as `errorEvent` elsewhere. */
  readonly nestedErrorEvent: string;
  /** A third way to report a failure: `response.failed` of the Responses API. The same as `errorEvent` elsewhere. */
  readonly failedEvent: string;
}

/** An event of the Chat Completions kind: no name, one line of JSON. */
export function unnamedEvent(payload: unknown): string {
  return `data: ${JSON.stringify(payload)}\n\n`;
}

/** An event of the Responses kind: the name is the payload's `type`. */
export function namedEvent(payload: { readonly type: string; readonly [field: string]: unknown }): string {
  return `event: ${payload.type}\ndata: ${JSON.stringify(payload)}\n\n`;
}

/** An event that is cut inside its JSON, but ends as events end: the parser sees it, and cannot read it. */
export const malformedEvent = 'data: {"id":"chatcmpl-cut","object":"chat.comp\n\n';
