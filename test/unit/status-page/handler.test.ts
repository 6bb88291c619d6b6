import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { createStatusHandler, type StatusHandlerOptions, type StatusSnapshot } from '../../../src/status-page/index.ts';
import { apiError, rateLimit } from '../api-error.ts';
import { buildRing, type EndpointPlan } from '../build-ring.ts';
import { answers, fails } from '../fake-endpoint.ts';
import { happenings, pass, useFakeTime } from '../fake-time.ts';

useFakeTime();
// At the beginning of a minute: traffic is counted by the minute, and one that ended amid a test would be the last but one.
beforeEach(() => void vi.setSystemTime('2026-01-01T00:00:00Z'));
afterEach(() => vi.unstubAllEnvs());

const PAGE = 'http://localhost:3000/internal/status';

const yes: StatusHandlerOptions = { authorize: () => true };

function handlerOf(plans: readonly EndpointPlan[] = [{}], options = yes) {
  const ring = buildRing(plans);
  const handle = createStatusHandler(ring.balanced, options);
  const get = (accept?: string, init: RequestInit = {}, url = PAGE) =>
    handle(new Request(url, { ...init, headers: { ...(accept && { accept }), ...(init.headers as object) } }));
  const form = async () => {
    const page = await (await get('text/html')).text();
    return new URLSearchParams({
      token: /name="token" value="(\w+)"/.exec(page)?.[1] ?? '',
      endpoint: 'e0',
      action: 'drain',
    });
  };
  const post = (
    body: URLSearchParams | string,
    headers: Record<string, string> = { origin: 'http://localhost:3000' },
  ) => handle(new Request(PAGE, { method: 'POST', body, headers }));
  return { ...ring, handle, get, form, post };
}

describe('a status handler without authorize', () => {
  const status = async (url: string, mode: string, headers: Record<string, string> = {}) => {
    vi.stubEnv('NODE_ENV', mode);
    return (await handlerOf([{}], {}).get('application/json', { headers }, url)).status;
  };

  it.each(['http://localhost:3000/s', 'http://127.0.0.1/s', 'http://[::1]:8080/s'])(
    'answers on loopback: %s',
    async (url) => {
      expect([await status(url, 'development'), await status(url, 'test')]).toEqual([200, 200]);
    },
  );

  it.each([
    ['in production', 'http://localhost/s', 'production', {}],
    ['without NODE_ENV', 'http://localhost/s', '', {}],
    ['at another host', 'http://status.example/s', 'development', {}],
    ['at a host that looks like it', 'http://localhost.evil.example/s', 'development', {}],
    ['behind a proxy', 'http://localhost/s', 'development', { 'x-forwarded-for': '203.0.113.7' }],
    ['with a forged address of this machine', 'http://localhost/s', 'development', { 'x-forwarded-for': '127.0.0.1' }],
    ['behind two', 'http://localhost/s', 'development', { 'x-forwarded-for': '127.0.0.1, 203.0.113.7' }],
  ])('refuses %s', async (_, url, mode, headers) => {
    expect(await status(url, mode, headers)).toBe(403);
  });
});

describe('a status handler with authorize', () => {
  it.each<[string, () => unknown]>([
    ['false', () => false],
    ['a promise of false', async () => false],
    ['something that is true-like', () => 'yes'],
    [
      'a throw',
      () => {
        throw new Error('secret');
      },
    ],
    ['a rejection', () => Promise.reject(new Error('secret'))],
  ])('refuses everything, and says nothing, after %s', async (_, authorize) => {
    const { get, post } = handlerOf([{ name: 'named' }], { authorize: authorize as () => boolean });
    const refusals = await Promise.all([
      get('text/html'),
      get('application/json'),
      get('text/event-stream'),
      get('text/plain', {}, `${PAGE}?health`),
      post(''),
    ]);
    expect(refusals.map((response) => response.status)).toEqual([403, 403, 403, 403, 403]);
    expect(await Promise.all(refusals.map((response) => response.text()))).toEqual(['', '', '', '', '']);
  });

  it('is asked about what the request is for', async () => {
    const asked: string[] = [];
    const { get, post } = handlerOf([{}], { authorize: (_, action) => asked.push(action) > 0 });
    await get('application/json');
    await get('application/json', {}, `${PAGE}?health`);
    await post('');
    expect(asked).toEqual(['view', 'health', 'change']);
  });

  it('shows no buttons to readers that may change nothing', async () => {
    const { get } = handlerOf([{}], { authorize: (_, action) => action === 'view' });
    const response = await get('text/html');
    expect(response.status).toBe(200);
    expect(await response.text()).not.toMatch(/<form|token/);
  });
});

describe('an answer of the status page', () => {
  it('is HTML for browsers, and JSON that extends status() for scripts', async () => {
    const { get, balanced, askTimes } = handlerOf([{ does: fails(apiError(401)), name: 'a' }, { name: 'b' }]);
    await askTimes(2);
    await pass(1_000);

    const page = await get('text/html,application/xhtml+xml,*/*;q=0.8');
    const json = await get();
    const snapshot = (await json.json()) as StatusSnapshot;

    expect(page.headers.get('content-type')).toMatch('text/html');
    expect(json.headers.get('content-type')).toBe('application/json');
    expect(snapshot).toMatchObject(JSON.parse(JSON.stringify(balanced.status())) as object);
    expect(snapshot.endpoints.map(({ traffic }) => [traffic.attempts.at(-1), traffic.successRate])).toEqual([
      [2, 0],
      [2, 1],
    ]);
    expect(snapshot.endpoints[0]?.traffic.failures).toMatchObject([
      { class: 'misconfigured', statusCode: 401, deployment: 'm' },
      { class: 'misconfigured', statusCode: 401, deployment: 'm' },
    ]);
  });

  it('may run no script and load nothing but its own, and is kept by no cache', async () => {
    const { headers } = await handlerOf().get('text/html');
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(
      /^default-src 'none'; script-src 'nonce-\w{64}'; style-src 'nonce-\w{64}'; connect-src 'self';/,
    );
    for (const rule of ["form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"])
      expect(policy).toContain(rule);
    expect(Object.fromEntries(headers)).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      vary: 'accept',
    });
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });

  it('escapes every name', async () => {
    const name = `"><script>alert('1')</script>&`;
    const { get, askTimes } = handlerOf([{ name, deployments: { m: '<img src=x>' } }]);
    await askTimes(1);
    const page = await (await get('text/html')).text();
    expect(page).toContain('&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;');
    expect(page).not.toMatch(/<script>alert|<img/);
  });

  it('to HEAD is that to GET without its body, and other methods are not allowed', async () => {
    const { get } = handlerOf();
    const head = await get('text/html', { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    const put = await get('text/html', { method: 'PUT' });
    expect([put.status, put.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST']);
  });
});

describe('?health', () => {
  const healthOf = async ({ get }: ReturnType<typeof handlerOf>) => {
    const response = await get('text/html', {}, `${PAGE}?health`);
    return [response.status, await response.text()];
  };

  it('is 200 before any model is made', async () => {
    expect(await healthOf(handlerOf())).toEqual([200, 'ok']);
  });

  it('is 503 when all deployments of one ring are out, by cooldown, drain or credentials', async () => {
    const handler = handlerOf([{ does: fails(apiError(401)), name: 'secret-name' }, { models: ['other'] }, {}]);
    await handler.askTimes(1);
    handler.ask({ modelId: 'other' });
    await happenings();
    expect(await healthOf(handler)).toEqual([200, 'ok']);
    void handler.balanced.drain('e2');
    expect(await healthOf(handler)).toEqual([503, 'unavailable']);
  });

  it('does not count limits', async () => {
    const handler = handlerOf([fails(rateLimit(60)), { does: answers(), rpm: 1 }]);
    await handler.askTimes(1);
    expect(await healthOf(handler)).toEqual([200, 'ok']);
  });
});

describe('a change', () => {
  it('is made by a form with the token of the page, and leads back to it', async () => {
    const { form, post, balanced } = handlerOf();
    const body = await form();

    const response = await post(body);

    expect([response.status, response.headers.get('location')]).toEqual([303, './status']);
    expect(balanced.status().endpoints[0]?.isDrained).toBe(true);
    body.set('action', 'resume');
    await post(body, { 'sec-fetch-site': 'same-origin' });
    expect(balanced.status().endpoints[0]?.isDrained).toBe(false);
  });

  it.each<[string, Record<string, string>, Record<string, string>]>([
    ['with a wrong token', { token: 'x' }, { origin: 'http://localhost:3000' }],
    ['from another origin', {}, { origin: 'http://evil.example' }],
    ['from no origin', {}, { origin: 'null' }],
    ['that does not say its origin', {}, {}],
    ['from another site, as the browser says', {}, { origin: 'http://localhost:3000', 'sec-fetch-site': 'same-site' }],
    ['of another name', { endpoint: 'nowhere' }, { origin: 'http://localhost:3000' }],
    ['of another kind', { action: 'delete' }, { origin: 'http://localhost:3000' }],
    ['that is large', { more: 'x'.repeat(5_000) }, { origin: 'http://localhost:3000' }],
  ])('%s is refused', async (_, fields, headers) => {
    const { form, post, balanced } = handlerOf();
    const before = balanced.status();
    const body = await form();
    for (const [name, value] of Object.entries(fields)) body.set(name, value);

    const { status } = await post(body, headers);

    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(balanced.status()).toEqual(before);
  });

  it('leads back to the page with its query, by which it may be allowed, at any path', async () => {
    const { form, handle } = handlerOf();
    const body = await form();
    const locationAt = async (path: string) => {
      const url = `http://localhost:3000${path}`;
      const response = await handle(
        new Request(url, { method: 'POST', body, headers: { origin: new URL(url).origin } }),
      );
      return new URL(response.headers.get('location') ?? '', url).href.slice('http://localhost:3000'.length);
    };
    for (const path of ['/internal/status?key=1&x=a%20b', '/status/?key=1', '/', '/a:b?c=d:e'])
      expect(await locationAt(path)).toBe(path);
  });

  it.each<[string, () => BodyInit]>([
    ['whose sender has left', () => new ReadableStream({ pull: (controller) => controller.error(new Error('left')) })],
    ['that never ends', () => new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1_000)) })],
  ])('with a body %s is refused', async (_, body) => {
    const { handle } = handlerOf();
    const init = { method: 'POST', body: body(), duplex: 'half', headers: { origin: 'http://localhost:3000' } };
    const { status } = await handle(new Request(PAGE, init));
    expect([403, 413]).toContain(status);
  });

  it('is refused where authorize has read the form', async () => {
    const { form, post } = handlerOf([{}], { authorize: async (request) => (await request.text()) !== undefined });
    expect((await post(await form())).status).toBe(403);
  });

  it('is not made by the token of another handler', async () => {
    const one = handlerOf();
    const other = handlerOf();
    expect((await other.post(await one.form())).status).toBe(403);
  });
});

describe('the events of the status page', () => {
  const reading = async (response: Response) => {
    const events: string[] = [];
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    const read = (async () => {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        events.push(value);
      }
    })();
    void read;
    await happenings();
    return { events, cancel: () => reader.cancel() };
  };

  it('are neither compressed nor buffered on the way, which would hold each back', async () => {
    const { get } = handlerOf();
    const response = await get('text/event-stream');
    expect(response.headers.get('cache-control')).toBe('no-store, no-transform');
    // nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffering
    expect(response.headers.get('x-accel-buffering')).toBe('no');
    await response.body?.cancel();
  });

  it('come at once, and then when something has changed, once a second at the most', async () => {
    const { get, balanced, askTimes } = handlerOf();
    const { events, cancel } = await reading(await get('text/event-stream'));
    expect(events).toHaveLength(1);
    await pass(1_000);
    await pass(8_000);
    const before = events.length;
    for (let call = 0; call < 20; call++) await askTimes(1);
    void balanced.drain('e0');
    await pass(2_000);

    expect(events.length).toBe(before + 1);
    expect(JSON.parse(events.at(-1)!.slice('data: '.length))).toMatchObject({ endpoints: [{ isDrained: true }] });
    await cancel();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('do not come because time passes, which a countdown shows by itself', async () => {
    const { get, askTimes } = handlerOf([fails(rateLimit(60)), fails(apiError(401)), {}]);
    await askTimes(2);
    const { events, cancel } = await reading(await get('text/event-stream'));
    await pass(10_000);
    expect(events).toHaveLength(1);
    await pass(51_000);
    expect(events.at(-1)).not.toContain('rate-limit"');
    await cancel();
  });

  it('end at once for a reader that has left before', async () => {
    const { get } = handlerOf();
    const response = await get('text/event-stream', { signal: AbortSignal.abort() });
    expect(await response.text()).toBe('');
  });

  it('end when the reader has left, and leave no timer', async () => {
    const { get } = handlerOf();
    const controller = new AbortController();
    await reading(await get('text/event-stream', { signal: controller.signal }));
    await pass(1_500);
    controller.abort();
    await happenings();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('are the newest only for a reader that is slow', async () => {
    const { get, balanced } = handlerOf();
    const reader = (await get('text/event-stream')).body!.getReader();
    await reader.read();
    for (let turn = 0; turn < 5; turn++) {
      void balanced.drain('e0');
      await pass(1_000);
      balanced.resume('e0');
      await pass(1_000);
    }
    expect(vi.getTimerCount()).toBe(0);
    const next = reader.read();
    void balanced.drain('e0');
    await pass(1_000);
    expect(new TextDecoder().decode((await next).value)).toContain('"isDrained":true');
  });
});
