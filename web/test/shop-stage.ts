import type { Server } from 'node:http';
import { pino } from 'pino';
import type { Browser, BrowserContext } from 'playwright-core';
import { Line } from '../../gateway/test/cores/line.ts';
import { Shop } from '../../gateway/test/cores/shop.ts';
import { launchBrowser } from '../../scripts/test/browser.ts';
import { testDatabase } from '../../scripts/test/database.ts';
import { freePort } from '../../scripts/test/free-port.ts';
import { loadAssets } from '../server/assets.ts';
import { createPortalServer } from '../server/portal-server.ts';
import { builtPortal } from './stage.ts';

const PASSWORD = 'correct horse battery';

/** The portal as built before a real core, and a real gateway in front of an API. */
export interface ShopStage {
  shop: Shop;
  /** Where customers send their requests. */
  gatewayUrl: string;
  /** A customer of its own on this version, and somebody in a browser who is that there. */
  enter: (versionId: string | undefined, role?: string) => Promise<Visitor>;
  /** An admin of the installation in a browser. */
  enterAdmin: () => Promise<BrowserContext>;
  /** A browser in which nobody is signed in. */
  nobody: () => Promise<BrowserContext>;
  close: () => Promise<void>;
}

export interface Visitor {
  customerId: string;
  email: string;
  password: string;
  context: BrowserContext;
}

/** Starts everything. The route `/weather` leads to the API; `settings` are core's besides. */
export async function raiseShop(settings: Record<string, string> = {}): Promise<ShopStage> {
  const [database, folder, browser] = await Promise.all([
    testDatabase(),
    builtPortal(),
    launchBrowser(),
  ]);
  const portalPort = await freePort();
  const url = `http://127.0.0.1:${portalPort}`;
  // Core has to know where the gateway is before there is one.
  const line = await Line.open(1);
  const gatewayUrl = `http://127.0.0.1:${line.port}`;
  const shop = await Shop.open(database.url, () => database.url, {
    PUBLIC_URL: url,
    GATEWAY_PUBLIC_URL: gatewayUrl,
    ...settings,
  });
  await shop.openRoute({ name: 'Weather', path_pattern: '/weather' });
  await shop.startGateway(0);
  line.switchTo(Number(new URL(shop.gateways[0]?.url ?? '').port));
  const portal = createPortalServer({
    assets: loadAssets(folder),
    coreUrl: new URL(shop.coreUrl),
    gatewayOrigin: gatewayUrl,
    log: pino({ level: 'silent' }),
  });
  await listenOn(portal.server, portalPort);
  const nobody: ShopStage['nobody'] = () =>
    browser.newContext({ baseURL: url, locale: 'en-US', timezoneId: 'UTC' });
  let people = 0;
  const enter: ShopStage['enter'] = async (versionId, role = 'owner') => {
    people += 1;
    const login = { email: `person-${people}@example.test`, password: PASSWORD };
    const { id } = await shop.api<{ id: string }>('/customers', { name: `Acme ${people}` });
    if (versionId !== undefined) {
      await shop.api('/subscriptions', { customer_id: id, plan_version_id: versionId });
    }
    const who = { ...login, name: `Person ${people}`, role: 'user' };
    const user = await shop.api<{ id: string }>('/users', who);
    await shop.api(`/customers/${id}/memberships`, { user_id: user.id, role });
    return { customerId: id, ...login, context: await signedIn(browser, url, login) };
  };
  const enterAdmin = async (): Promise<BrowserContext> => {
    people += 1;
    const login = { email: `admin-${people}@example.test`, password: PASSWORD };
    await shop.api('/users', { ...login, name: 'Admin', role: 'admin' });
    return signedIn(browser, url, login);
  };
  return {
    shop,
    gatewayUrl,
    enter,
    enterAdmin,
    nobody,
    close: async () => {
      await browser.close();
      await portal.stop();
      line.close();
      await shop.close();
      await database.drop();
    },
  };
}

/** Somebody's browser. */
async function signedIn(browser: Browser, url: string, login: object): Promise<BrowserContext> {
  const about = { baseURL: url, locale: 'en-US', timezoneId: 'UTC' };
  const context = await browser.newContext(about);
  const asked = { data: login, headers: { origin: url } };
  const answer = await context.request.post('/api/auth/sign-in/email', asked);
  if (!answer.ok()) throw new Error(`signing in answered ${answer.status()}`);
  return context;
}

async function listenOn(server: Server, port: number): Promise<void> {
  await new Promise<void>((done) => {
    server.listen(port, '127.0.0.1', done);
  });
}
