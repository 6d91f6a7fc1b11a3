import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { loadAssets } from '../server/assets.ts';
import { createPortalServer } from '../server/portal-server.ts';

export interface Running {
  url: string;
  server: Server;
  close: () => Promise<void>;
}

/** Starts an HTTP server on a free port. */
export async function listen(server: Server, stop?: () => Promise<void>): Promise<Running> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${port}`, server, close: stop ?? close };
}

/** A billing-core that does what the test says. */
export function startCore(answer: RequestListener): Promise<Running> {
  return listen(createServer(answer));
}

/** The portal's server over a folder of built files. */
export async function startPortal(built: string, coreUrl: string): Promise<Running> {
  const portal = createPortalServer({
    assets: loadAssets(built),
    coreUrl: new URL(coreUrl),
    log: pino({ level: 'silent' }),
  });
  return listen(portal.server, portal.stop);
}

/** Built files as Vite would leave them; the caller removes the folder. */
export function fakeBuild(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-portal-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Portal</title>');
  writeFileSync(join(folder, '.built'), 'not for visitors');
  writeFileSync(join(folder, 'assets', 'index-abc123.js'), 'export {};'.repeat(200));
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
}
