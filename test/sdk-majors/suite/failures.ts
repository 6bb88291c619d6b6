import { html, interrupted, rateLimited, reset, status } from '../../support/behaviour.ts';

/** Failures of an endpoint after which another one is asked. */
export const failures = [
  ['a rate limit', rateLimited(60)],
  ['a rate limit that names no time', status(429)],
  ['a quota that is used up', status(429, { code: 'insufficient_quota' })],
  ['an internal error', status(500)],
  ['an unavailable service', status(503)],
  ['a timeout at the service', status(408)],
  ['a wrong key', status(401)],
  ['a forbidden network', status(403)],
  ['a missing deployment', status(404)],
  ['a reset connection', reset()],
  ['a page with status 200', html()],
  ['an error page of a gateway', status(502, { body: '<html><body>Bad gateway</body></html>' })],
  ['JSON of another kind', { kind: 'body', contentType: 'application/json', body: '{"ok":true}' }],
  ['an answer that is cut', interrupted(1, 'end')],
  ['a reset in the middle of an answer', interrupted(1, 'reset')],
] as const;
