import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { createAdaptorServer } from '@hono/node-server';
import type { Server } from 'node:http';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { expect } from 'vitest';
import { launchBrowser } from '../../scripts/test/browser.ts';
import { oncePerRun } from '../../scripts/test/once.ts';
import { createMock } from '../mock/app.ts';
import type { MockState } from '../mock/state.ts';
import { listen, startPortal } from './origin.ts';

export const CUSTOMER = { email: 'ada@acme.example', password: 'correct horse' };
export const ADMIN = { email: 'admin@tollgate.example', password: 'correct horse' };

/** The portal as built, its server, a mock core and a browser. */
export interface Stage {
  url: string;
  state: MockState;
  /** Opens a fresh browser profile, signed in when `who` is given; in English unless said. */
  enter: (who?: { email: string; password: string }, locale?: string) => Promise<BrowserContext>;
  close: () => Promise<void>;
}

/** Starts everything around the portal, which is built once in a run. */
export async function raiseStage(): Promise<Stage> {
  const folder = await builtPortal();
  const { app, state } = createMock();
  const core = await listen(createAdaptorServer({ fetch: app.fetch }) as Server);
  const portal = await startPortal(folder, core.url);
  const browser = await launchBrowser();
  return {
    url: portal.url,
    state,
    enter: (who, locale = 'en-US') => enter(browser, { baseURL: portal.url, locale }, who),
    close: async () => {
      await browser.close();
      await portal.close();
      await core.close();
    },
  };
}

/** The portal as Vite builds it, once in a run. Out: its folder. */
export const builtPortal = (): Promise<string> => oncePerRun('portal', buildInto);

const buildInto = async (folder: string): Promise<void> => {
  // Only the file that builds needs it.
  const { build } = await import('vite');
  await build({
    configFile: join(import.meta.dirname, '..', 'vite.config.ts'),
    logLevel: 'warn',
    build: { outDir: folder, emptyOutDir: true },
  });
};

async function enter(
  browser: Browser,
  profile: { baseURL: string; locale: string },
  who: { email: string; password: string } | undefined,
): Promise<BrowserContext> {
  const context = await browser.newContext({ ...profile, timezoneId: 'UTC' });
  if (who === undefined) return context;
  const answer = await context.request.post('/api/auth/sign-in/email', { data: who });
  if (!answer.ok()) throw new Error(`signing in answered ${answer.status()}`);
  return context;
}

/**
 * Collects what the browser complains about: errors, and refusals of the CSP.
 * @param expected complaints that the test itself provokes.
 */
export function complaintsOf(page: Page, expected?: RegExp): string[] {
  const complaints: string[] = [];
  const add = (text: string): void => {
    if (expected?.test(text) !== true) complaints.push(text);
  };
  page.on('pageerror', (error) => add(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') add(message.text());
  });
  return complaints;
}

/**
 * Waits until all that fades has faded: a theme that was changed just now, a dialog that goes, a
 * toast that comes. Half-way no colour has its contrast.
 */
async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    for (;;) {
      for (let frames = 0; frames < 2; frames++) await new Promise(requestAnimationFrame);
      const fading = document.getAnimations().filter((one) => one instanceof CSSTransition);
      if (fading.length === 0) return;
      await Promise.allSettled(fading.map((one) => one.finished));
    }
  });
}

type Violations = Awaited<ReturnType<AxeBuilder['analyze']>>['violations'];

/**
 * What axe finds wrong with a page. Told to look at one document, as our pages are, and to list
 * nothing but faults, it needs less than half the time. Faults of a look during which something
 * began to fade are nobody's: it is taken anew.
 */
export async function violationsOn(page: Page): Promise<Violations> {
  const fades = await page.evaluateHandle(() => {
    const seen = { begun: 0 };
    addEventListener('transitionrun', () => seen.begun++, { capture: true });
    return seen;
  });
  const begun = (): Promise<number> => fades.evaluate((seen) => seen.begun);
  for (;;) {
    const before = await begun();
    await settled(page);
    const axe = new AxeBuilder({ page }).options({ resultTypes: ['violations'] });
    expect(page.frames()).toHaveLength(1);
    const { violations } = await axe.setLegacyMode().analyze();
    if (violations.length === 0 || (await begun()) === before) return violations;
  }
}
