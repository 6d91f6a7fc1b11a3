import { createAdaptorServer } from '@hono/node-server';
import type { Server } from 'node:http';
import type { BrowserContext } from 'playwright-core';
import { openHistory, type History } from '../../scripts/history/core.ts';
import { END } from '../../scripts/history/days.ts';
import { launchBrowser } from '../../scripts/test/browser.ts';
import { listen, startPortal } from './origin.ts';
import { builtPortal } from './stage.ts';

type Login = { email: string; password: string };
type Cookies = Awaited<ReturnType<BrowserContext['cookies']>>;

/** The portal as built and its server, on a whole core with forty-one days behind it. */
export interface HistoryStage {
  url: string;
  history: History;
  /** Opens a fresh browser profile at the time of the history, signed in when `who` is given. */
  enter: (who?: Login, options?: Look) => Promise<BrowserContext>;
  close: () => Promise<void>;
}

export type Look = { colorScheme?: 'light' | 'dark'; viewport?: { width: number; height: number } };

/** Starts everything around the history; see scripts/history. */
export async function raiseHistory(): Promise<HistoryStage> {
  // Where it is the core has to know before there is one.
  const late: { fetch?: (request: Request, env: object) => Response | Promise<Response> } = {};
  const server = createAdaptorServer({
    fetch: (request, env) => late.fetch?.(request, env) ?? new Response(null, { status: 503 }),
  }) as Server;
  const core = await listen(server);
  const portal = await startPortal(await builtPortal(), core.url);
  const [history, browser] = await Promise.all([openHistory(portal.url), launchBrowser()]);
  late.fetch = history.rig.core.app.fetch;
  // The clock stands still, and signing in is for so many in a minute.
  const known = new Map<string, Cookies>();
  const enter: HistoryStage['enter'] = async (who, options = {}) => {
    const about = { baseURL: portal.url, locale: 'en-US', timezoneId: 'UTC', ...options };
    const context = await browser.newContext(about);
    await context.clock.setFixedTime(END);
    if (who === undefined) return context;
    const cookies = known.get(who.email);
    if (cookies !== undefined) await context.addCookies(cookies);
    else {
      const answer = await context.request.post('/api/auth/sign-in/email', { data: who });
      if (!answer.ok()) throw new Error(`signing in answered ${answer.status()}`);
      known.set(who.email, await context.cookies());
    }
    return context;
  };
  return {
    url: portal.url,
    history,
    enter,
    close: async () => {
      await browser.close();
      await portal.close();
      history.rig.core.stop();
      await core.close();
      await history.close();
    },
  };
}
