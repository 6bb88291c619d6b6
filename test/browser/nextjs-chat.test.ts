/** The chat of the examples in a real browser. Where CHAT_SHOTS names a folder, screenshots are left there. */
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import { type ServedApp, startChat } from '../examples/next-app.ts';
import { nodeRedis, startRest } from '../redis/clients.ts';
import { hasRedis, type RedisServer, startRedis } from '../redis/redis-server.ts';
import { CHROMIUM, leavesOutBrowser } from './chromium.ts';
import { violationsOf } from './violations.ts';

const shots = process.env['CHAT_SHOTS'];

const NAMES = ['eastus', 'westus', 'openai'];

let app: ServedApp;
let browser: Browser;
let redis: RedisServer | undefined;
let rest: Awaited<ReturnType<typeof startRest>> | undefined;
beforeAll(async () => {
  if (leavesOutBrowser) return;
  // As on serverless: the state is shared over HTTP.
  redis = hasRedis ? await startRedis() : undefined;
  rest = redis && (await startRest(redis.url));
  [app, browser] = await Promise.all([
    startChat(rest && { UPSTASH_REDIS_REST_URL: rest.url, UPSTASH_REDIS_REST_TOKEN: 'test' }),
    chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] }),
  ]);
}, 120_000);
afterAll(async () => {
  await Promise.all([app?.close(), browser?.close()]);
  await rest?.close();
  await redis?.kill();
}, 60_000);

/** Opens a chat that is empty, over endpoints that are all turned to one mood. */
async function open(label = 'Heal') {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.setDefaultTimeout(45_000);
  onTestFinished(() => page.close());
  await page.goto(app.url);
  const card = (name: string) => page.getByRole('article', { name });
  const change = async (name: string, to: string) => {
    const button = card(name).getByRole('button', { name: to });
    await button.click();
    await expect.poll(() => button.getAttribute('aria-pressed'), { timeout: 20_000 }).toBe('true');
  };
  for (const name of NAMES) await change(name, label);
  return { page, card, change };
}

async function send(page: Page, text: string): Promise<void> {
  await page.getByLabel('Message').fill(text);
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByRole('button', { name: 'Stop' }).waitFor();
}

/** The whole answer, when it is there, and the endpoint that it names. */
async function answer(page: Page) {
  await page.getByRole('button', { name: 'Send' }).waitFor();
  const text = (await page.getByRole('listitem').last().textContent()) ?? '';
  return { text, endpoint: /(\w+), \d attempts?/.exec(text)?.[1] ?? '' };
}

describe.skipIf(leavesOutBrowser)('the chat in a browser', () => {
  it('gets the whole answer when the endpoint that is asked breaks, and the conversation moves', async () => {
    const { page, card, change } = await open();
    await send(page, 'Hello');
    const first = (await answer(page)).endpoint;
    await change(first, 'Slow');
    await send(page, 'Go on');
    await card(first).getByText('1 in flight').waitFor();
    await change(first, 'Break');

    const { text, endpoint } = await answer(page);
    expect(endpoint).not.toBe(first);
    expect(text).toContain(`This is ${endpoint}. You said: “Go on”. I know the 2 messages before it`);
    expect(text).toContain(`2 attempts; the conversation moved here from ${first}`);
    await card(first).getByText('Out ').waitFor();
    for (const [width, colorScheme] of [
      [1280, 'light'],
      [380, 'light'],
      [380, 'dark'],
    ] as const) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      expect(await violationsOf(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      if (shots) await page.screenshot({ path: `${shots}/chat-${width}-${colorScheme}.png`, fullPage: true });
    }
  }, 120_000);

  it.skipIf(!hasRedis)(
    'shares its state, through a REST client, by variables of its environment',
    async () => {
      const { page } = await open();
      await send(page, 'Hello');
      await answer(page);
      const state = async () => {
        const status = await fetch(`${app.url}/api/ring`, { headers: { accept: 'application/json' } });
        return ((await status.json()) as { state: string }).state;
      };
      await expect.poll(state, { timeout: 10_000 }).toBe('shared');
      const { client, close } = await nodeRedis(redis?.url ?? '');
      await expect.poll(() => client.dbSize()).toBeGreaterThan(0);
      await close();
    },
    60_000,
  );

  it('stops an answer, and goes on after a reload', async () => {
    const { page, change } = await open('Slow');
    await send(page, 'Hello');
    await page.getByText('This is').waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    expect((await answer(page)).endpoint).toBe('');

    await page.reload();
    await page.getByText('This is').waitFor();
    for (const name of NAMES) await change(name, 'Heal');
    await send(page, 'What is the weather in Oslo?');
    expect((await answer(page)).text).toMatch(/has looked it up: Oslo, 21 °C, clear sky\.\w+, \d attempts?/);
  }, 120_000);

  it('says that an answer broke off, and gets it whole from another endpoint', async () => {
    const { page, change } = await open('Slow');
    await send(page, 'Hello');
    const words = await page.getByText(/This is \w+\./).textContent();
    const speaker = /This is (\w+)/.exec(words ?? '')?.[1] ?? '';
    await change(speaker, 'Break');
    await page.getByRole('alert').filter({ hasText: 'broke off' }).waitFor();
    for (const name of NAMES) if (name !== speaker) await change(name, 'Heal');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('button', { name: 'Stop' }).waitFor();

    const { text, endpoint } = await answer(page);
    expect(text).toContain(`This is ${endpoint}. You said: “Hello”. It is the first message here.`);
    expect(endpoint).not.toBe(speaker);
  }, 120_000);
});
