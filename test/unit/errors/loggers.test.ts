import { createRequire } from 'node:module';
import { Writable } from 'node:stream';
import { inspect } from 'node:util';

import { applyAggregateErrorsToEvent, type Event } from '@sentry/core';
import { APICallError } from 'ai';
import pino from 'pino';
import { serializeError } from 'serialize-error';
import { expect, it } from 'vitest';
import winston from 'winston';

import { AllEndpointsFailedError } from '../../../src/index.ts';

const require = createRequire(import.meta.url);
// It has no types.
const bunyan = require('bunyan') as {
  createLogger(options: object): { error(...logged: readonly unknown[]): void };
};

const raw = new APICallError({
  message: 'secret-message',
  url: 'https://secret-url.example',
  requestBodyValues: { prompt: 'secret-prompt' },
  statusCode: 500,
  responseHeaders: { 'x-echo': 'secret-header' },
  responseBody: 'secret-body',
  cause: new Error('secret-cause'),
});

const failed = (): AllEndpointsFailedError =>
  new AllEndpointsFailedError({
    modelId: 'gpt-4',
    attempts: [
      {
        endpoint: 'east',
        deployment: 'gpt-4',
        modelId: 'gpt-4',
        class: 'retryable',
        statusCode: 500,
        code: undefined,
        durationMs: 5,
      },
    ],
    retryAfterMs: undefined,
    errors: [raw],
    reason: 'All endpoints failed',
  });

/** What a logger writes of an error, in each of the ways in which it takes one. */
function written(logTo: (stream: Writable, error: Error) => void, error: Error): string {
  let text = '';
  const stream = new Writable({
    write(chunk, _, done) {
      text += String(chunk);
      done();
    },
  });
  logTo(stream, error);
  return text;
}

/** As `linkedErrorsIntegration` calls it; an exception with all that can be enumerated, as `extraErrorDataIntegration` adds it. */
function sentToSentry(error: Error): string {
  const exception = (thrown: Error) => ({ type: thrown.name, value: thrown.message, extra: Object.entries(thrown) });
  const event: Event = { exception: { values: [exception(error)] } };
  for (const key of ['cause', 'error']) {
    applyAggregateErrorsToEvent(
      (_, each) => exception(each),
      () => [],
      key,
      100,
      event,
      { originalException: error },
    );
  }
  return JSON.stringify(event);
}

const loggers: readonly (readonly [logger: string, log: (error: Error) => string])[] = [
  [
    'pino',
    (error) =>
      written((stream, logged) => {
        const logger = pino({ serializers: { own: pino.stdSerializers.errWithCause } }, stream);
        logger.error(logged);
        logger.error({ err: logged, own: logged, plain: Object.entries(logged) }, 'failed');
      }, error),
  ],
  [
    'winston',
    (error) =>
      written((stream, logged) => {
        const { combine, errors, json, metadata } = winston.format;
        const formats = [json(), combine(errors({ stack: true, cause: true }), metadata(), json())];
        for (const format of formats) {
          const logger = winston.createLogger({ format, transports: [new winston.transports.Stream({ stream })] });
          logger.error(logged);
          logger.error('failed', logged);
          logger.error('failed', { error: logged });
        }
      }, error),
  ],
  [
    'bunyan',
    (error) =>
      written((stream, logged) => {
        const logger = bunyan.createLogger({ name: 'app', stream });
        logger.error(logged);
        logger.error({ err: logged, error: logged }, 'failed');
      }, error),
  ],
  ['serialize-error', (error) => JSON.stringify(serializeError(error, { maxDepth: 20 }))],
  ['Sentry’s linked errors', sentToSentry],
  ['util.inspect', (error) => inspect(error, { depth: Infinity, showHidden: true, getters: true })],
  ['JSON.stringify', (error) => JSON.stringify([error, Object.entries(error)])],
  [
    'a walk over all names but that of the method',
    (error) =>
      [error, Object.getPrototypeOf(error) as object]
        .flatMap((from) => Reflect.ownKeys(from).map((key) => inspect(Reflect.get(error, key), { depth: Infinity })))
        .join('\n'),
  ],
];

it.each(loggers)(
  '%s writes of the error of a call that has given up what it says, and nothing of the raw errors',
  (_, log) => {
    const error = failed();

    expect(log(error)).toContain('gpt-4');
    expect(log(error)).not.toMatch(/secret-/);
  },
);

it.each(loggers.slice(0, 5))('%s would have written raw errors under a name that it knows', (_, log) => {
  const error = Object.assign(failed(), { errors: [raw], cause: raw, error: raw });

  expect(log(error)).toMatch(/secret-/);
});

it('the error of a call that has given up hands out the raw errors by a method', () => {
  expect(failed().rawErrors()).toEqual([raw]);
});
