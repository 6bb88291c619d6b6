/** The status page in a real browser. Where STATUS_PAGE_SHOTS names a folder, screenshots of all states are left there. */
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import { type BalancedProvider, createBalancedProvider } from '../../src/index.ts';
import { createStatusHandler } from '../../src/status-page/index.ts';
import { apiError, rateLimit } from '../unit/api-error.ts';
import { buildRing, type EndpointPlan } from '../unit/build-ring.ts';
import { answers, fails, type HeldAttempt, holds } from '../unit/fake-endpoint.ts';
import { CHROMIUM, leavesOutBrowser } from './chromium.ts';
import { violationsOf } from './violations.ts';
import { serve } from './serve.ts';

const shots = process.env['STATUS_PAGE_SHOTS'];

let browser: Browser;
beforeAll(async () => {
  if (leavesOutBrowser) return;
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
}, 60_000);
afterAll(() => browser?.close(), 60_000);

const handlerOf = (balanced: BalancedProvider) => createStatusHandler(balanced, { authorize: () => true });

/** Those that were there before any call. */
const handlers = new WeakMap<BalancedProvider, ReturnType<typeof handlerOf>>();

/** Opens the page at a path. Everything that it asks for is written down. */
async function open(balanced: BalancedProvider, options: BrowserContextOptions = {}) {
  const origin = await serve(handlers.get(balanced) ?? handlerOf(balanced));
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  onTestFinished(() => context.close(), 60_000);
  const page = await context.newPage();
  const asked: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => void asked.push(request.url()));
  page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())));
  page.on('pageerror', (error) => void complaints.push(error.message));
  await page.goto(`${origin}/internal/status`);
  return { page, asked, complaints, origin };
}

async function shoot(page: Page, name: string): Promise<void> {
  if (shots === undefined) return;
  for (const [width, colorScheme] of [
    [380, 'light'],
    [380, 'dark'],
    [1280, 'light'],
    [1280, 'dark'],
  ] as const) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: `${shots}/${name}-${width}-${colorScheme}.png`, fullPage: name !== 'fifty' });
  }
}

/** Lets calls get so far that nothing happens without them. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

async function ringOf(plans: readonly EndpointPlan[], calls: number, settings = {}) {
  const ring = buildRing(plans, { loadBalancing: true, retry: { rounds: 1 }, ...settings });
  handlers.set(ring.balanced, handlerOf(ring.balanced));
  for (let call = 0; call < calls; call++) {
    ring.ask();
    await settled();
  }
  return ring.balanced;
}

const rpm = { rpm: 60, tpm: 100_000 };

/** No settings make a provider without endpoints; the page stands it all the same. */
function withoutEndpoints(): BalancedProvider {
  const balanced = createBalancedProvider({ endpoints: [{ type: 'openai', apiKey: 'k' }] });
  const status = { ...balanced.status(), endpoints: [] };
  return Object.assign((id: string) => balanced(id), balanced, { status: () => status });
}

const states: Readonly<Record<string, () => BalancedProvider | Promise<BalancedProvider>>> = {
  none: () => withoutEndpoints(),
  one: () => ringOf([{ does: answers(), name: 'openai' }], 3),
  three: () =>
    ringOf(
      [
        { does: answers(), name: 'eastus', ...rpm, weight: 3 },
        { does: fails(rateLimit(30)), name: 'westus', deployments: { m: 'gpt4-west' } },
        { does: fails(apiError(401)), name: 'openai' },
      ],
      9,
    ),
  fifty: () =>
    ringOf(
      Array.from({ length: 50 }, (_, index) => ({
        does: index % 9 === 4 ? fails(apiError(401)) : answers(),
        name: `endpoint-${index}`,
        ...(index % 5 === 0 && rpm),
      })),
      60,
    ),
  down: () =>
    ringOf(
      [
        { does: fails(apiError(401)), name: 'east' },
        { does: fails(apiError(500)), name: 'west' },
      ],
      2,
      {
        failureThreshold: 1,
        cooldownMs: 60_000,
        maxWaitMs: 0,
      },
    ),
  waiting: async () => {
    const held: HeldAttempt[] = [];
    onTestFinished(() => {
      for (const attempt of held) attempt.answer();
    });
    return ringOf([{ does: holds(held), name: 'busy', maxConcurrency: 1 }], 4);
  },
};

describe.skipIf(leavesOutBrowser)('the status page in a browser', () => {
  it.each(Object.keys(states))(
    'is readable at 380 px, has nothing for axe to find, and asks nothing of another place (%s)',
    async (name) => {
      const { page, asked, complaints, origin } = await open(await states[name]!(), {
        viewport: { width: 380, height: 800 },
      });

      // Axe styles the page while it looks at it, of which the browser complains.
      expect(complaints).toEqual([]);
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        expect(await violationsOf(page)).toEqual([]);
      }
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(380);
      expect(asked.filter((url) => !url.startsWith(`${origin}/internal/status`) && !url.startsWith('data:'))).toEqual(
        [],
      );
      await shoot(page, name);
    },
    60_000,
  );

  it('counts down, and shows by itself what has changed', async () => {
    const balanced = await ringOf(
      [
        { does: fails(rateLimit(30)), name: 'a' },
        { does: answers(), name: 'b' },
      ],
      2,
    );
    const { page, complaints } = await open(balanced);
    const seconds = async () => Number.parseInt((await page.locator('[data-until]').first().textContent()) ?? '', 10);

    const before = await seconds();
    await expect.poll(seconds, { timeout: 10_000 }).toBeLessThan(before - 1);
    expect(await page.locator('article').nth(1).textContent()).toContain('Serving');
    void balanced.drain('b');

    await expect.poll(() => page.locator('article').nth(1).textContent(), { timeout: 10_000 }).toContain('Drained');
    expect(await page.locator('#summary').textContent()).toBe('0 of 2 endpoints can be asked.');
    expect(complaints).toEqual([]);
  }, 60_000);

  it('goes on by itself after a proxy has refused it for a while, and says meanwhile that it has no connection', async () => {
    const balanced = await ringOf([{ does: answers(), name: 'a' }], 1);
    const handle = handlers.get(balanced)!;
    let isUp = true;
    const streams = new Set<AbortController>();
    const origin = await serve(async (request) => {
      if (!isUp) return new Response('Bad gateway', { status: 502 });
      const cut = new AbortController();
      streams.add(cut);
      return handle(new Request(request, { signal: cut.signal }));
    });
    const context = await browser.newContext();
    onTestFinished(() => context.close(), 60_000);
    const page = await context.newPage();
    await page.goto(`${origin}/status`);
    const summary = () => page.locator('#summary').textContent();
    await expect.poll(() => streams.size, { timeout: 10_000 }).toBeGreaterThan(1);

    isUp = false;
    for (const cut of streams) cut.abort();
    await expect.poll(summary, { timeout: 20_000 }).toContain('No connection');
    void balanced.drain('a');
    isUp = true;

    await expect.poll(summary, { timeout: 20_000 }).toContain('0 of 1 endpoint can be asked.');
  }, 60_000);

  it('stays as it is when a proxy sends another page in its place, and goes on after it', async () => {
    const balanced = await ringOf([{ name: 'a' }, { name: 'b' }], 1);
    const handle = handlers.get(balanced)!;
    let isLoggedIn = true;
    let logins = 0;
    const origin = await serve(async (request) => {
      if (isLoggedIn || request.headers.get('accept') === 'text/event-stream') return handle(request);
      logins += 1;
      return new Response('<body><h1>Log in</h1></body>', { headers: { 'content-type': 'text/html' } });
    });
    const context = await browser.newContext();
    onTestFinished(() => context.close(), 60_000);
    const page = await context.newPage();
    await page.goto(`${origin}/status`);
    const text = () => page.locator('main').textContent({ timeout: 1_000 });

    isLoggedIn = false;
    void balanced.drain('a');
    await expect.poll(() => logins, { timeout: 10_000 }).toBeGreaterThan(0);
    await settled();
    expect(await text()).toContain('Serving');
    isLoggedIn = true;
    void balanced.drain('b');
    await expect.poll(text, { timeout: 10_000 }).toContain('Drained');
  }, 60_000);

  it('listens only while it is looked at: six tabs that listen would leave a browser no connection', async () => {
    const balanced = await ringOf([{ does: answers(), name: 'a' }], 1);
    const handle = handlers.get(balanced)!;
    const listening = new Set<Request>();
    const origin = await serve(async (request) => {
      if (request.headers.get('accept') === 'text/event-stream') {
        listening.add(request);
        request.signal.addEventListener('abort', () => listening.delete(request));
      }
      return handle(request);
    });
    const context = await browser.newContext();
    onTestFinished(() => context.close(), 60_000);
    const page = await context.newPage();
    const look = (isHidden: boolean) =>
      page.evaluate((hidden) => {
        Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      }, isHidden);
    await page.goto(`${origin}/status`);
    await expect.poll(() => listening.size, { timeout: 10_000 }).toBe(1);

    await look(true);
    await expect.poll(() => listening.size, { timeout: 10_000 }).toBe(0);
    void balanced.drain('a');
    await look(false);

    await expect.poll(() => page.locator('article').textContent(), { timeout: 10_000 }).toContain('Drained');
    expect(listening.size).toBe(1);
  }, 60_000);

  it('leaves the focus where it is when another page changes what a button does', async () => {
    const balanced = await ringOf([{ does: answers(), name: 'a' }], 1);
    const { page } = await open(balanced);
    await page.getByRole('button', { name: 'Drain a' }).focus();
    void balanced.drain('a');
    const resume = page.getByRole('button', { name: 'Resume a' });
    await resume.waitFor();
    expect(await resume.evaluate((button) => button === document.activeElement)).toBe(true);
  }, 60_000);

  it.each([true, false])(
    'drains, resumes and resets by its buttons, by the keyboard too (JavaScript: %s)',
    async (javaScriptEnabled) => {
      const balanced = await ringOf(
        [
          { does: answers(), name: 'a "quoted" <b>' },
          { does: fails(apiError(401)), name: 'c' },
        ],
        2,
      );
      const { page, origin } = await open(balanced, { javaScriptEnabled });

      await page.getByRole('button', { name: 'Drain a "quoted" <b>' }).press('Enter');
      await page.getByRole('button', { name: 'Resume a "quoted" <b>' }).waitFor();
      expect(balanced.status().endpoints[0]).toMatchObject({ isDrained: true });
      expect(page.url()).toBe(`${origin}/internal/status`);

      await page.getByRole('button', { name: 'Resume a' }).click();
      await page.getByRole('button', { name: 'Drain a' }).waitFor();
      expect(balanced.status().endpoints[0]).toMatchObject({ isDrained: false });

      await page.getByRole('button', { name: 'Reset c' }).click();
      await expect.poll(() => balanced.status().endpoints[1]?.state).toBe('closed');
    },
    60_000,
  );
});
