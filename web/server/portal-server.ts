import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { Assets } from './assets.ts';
import { sendText, servePage } from './pages.ts';
import { createProxy, isHttps } from './proxy.ts';
import { DATA_POLICY, pagePolicy, secure } from './security.ts';

/** Requests that are still under way when we stop get this long. */
const STOP_GRACE_MS = 8_000;
const BASE = 'http://portal.invalid';

export interface PortalServer {
  server: Server;
  /** Takes no new requests, lets running ones finish, ends streams. */
  stop: () => Promise<void>;
}

interface PortalOptions {
  assets: Assets;
  coreUrl: URL;
  /** Where the gateway is for browsers; left out: pages call nothing but this origin. */
  gatewayOrigin?: string | undefined;
  log: Logger;
}

/** The portal's origin: built files for pages, billing-core under `/api`. */
export function createPortalServer(options: PortalOptions): PortalServer {
  const { assets, coreUrl, gatewayOrigin, log } = options;
  const proxy = createProxy({ coreUrl, log });
  const policy = pagePolicy(gatewayOrigin);

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const https = isHttps(request);
    const url = urlOf(request);
    if (url === undefined) {
      secure(response, DATA_POLICY, https);
      sendText(response, 400, 'Bad request');
    } else if (url.pathname === '/livez') {
      secure(response, DATA_POLICY, https);
      sendText(response, 200, 'ok');
    } else if (url.pathname.startsWith('/api/')) {
      // billing-core's own headers win where it sets them; its documentation has its own policy.
      secure(response, DATA_POLICY, https);
      proxy.forward(request, response, new URL(url.href.replace('/api/', '/')));
    } else {
      servePage({ request, response, pathname: url.pathname, https, policy }, assets);
    }
  }

  const server = createServer(answer);
  return {
    server,
    stop: () =>
      new Promise((resolve) => {
        const force = setTimeout(() => server.closeAllConnections(), STOP_GRACE_MS);
        server.close(() => {
          clearTimeout(force);
          resolve();
        });
        proxy.endStreams();
        server.closeIdleConnections();
      }),
  };
}

/** @returns the target with its dot segments resolved, or undefined when it is no path. */
function urlOf(request: IncomingMessage): URL | undefined {
  const target = request.url ?? '/';
  if (!target.startsWith('/')) return undefined;
  const text = BASE + target;
  return URL.canParse(text) ? new URL(text) : undefined;
}
