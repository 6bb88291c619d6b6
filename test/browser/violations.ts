import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** Axe reports what it finds; it is run by the browser's own interface, which no policy of the page holds back. */
interface AxeWindow {
  readonly axe: { run(): Promise<{ violations: readonly { id: string; nodes: readonly { html: string }[] }[] }> };
}

/** What axe finds on a page as it is now. */
export async function violationsOf(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => (window as unknown as AxeWindow).axe.run());
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}
