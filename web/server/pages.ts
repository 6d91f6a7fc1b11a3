import type { IncomingMessage, ServerResponse } from 'node:http';
import { chooseEncoding, type Asset, type Assets } from './assets.ts';
import { DATA_POLICY, secure } from './security.ts';

const FOREVER = 'public, max-age=31536000, immutable';
/** May be kept, but is asked for again each time: an ETag makes that cheap. */
const REVALIDATE = 'no-cache';

interface Visit {
  request: IncomingMessage;
  response: ServerResponse;
  pathname: string;
  https: boolean;
  /** Of pages. */
  policy: string;
}

/** Answers with a built file, or with index.html for the URL of a page. */
export function servePage(visit: Visit, assets: Assets): void {
  const { request, response, pathname, https, policy } = visit;
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    secure(response, DATA_POLICY, https);
    response.setHeader('allow', 'GET, HEAD');
    sendText(response, 405, 'Method not allowed');
    return;
  }
  const asset = assets.get(pathname) ?? (isPage(pathname) ? assets.get('/index.html') : undefined);
  secure(response, asset === undefined ? DATA_POLICY : policy, https);
  if (asset === undefined) sendText(response, 404, 'Not found');
  else sendAsset(request, response, asset);
}

/**
 * A missing file must be a 404 and not index.html: a browser that asks for a script of an older
 * build has to notice that it is gone.
 */
function isPage(pathname: string): boolean {
  if (pathname.startsWith('/assets/')) return false;
  return !/\.[a-z0-9]{1,12}$/i.test(pathname);
}

function sendAsset(request: IncomingMessage, response: ServerResponse, asset: Asset): void {
  response.setHeader('cache-control', asset.immutable ? FOREVER : REVALIDATE);
  response.setHeader('etag', asset.etag);
  if (asset.compressible) response.setHeader('vary', 'accept-encoding');
  if (request.headers['if-none-match']?.includes(asset.etag) === true) {
    response.writeHead(304).end();
    return;
  }
  const accepted = request.headers['accept-encoding'];
  const encoding = asset.compressible ? chooseEncoding(accepted?.toString()) : 'identity';
  const body = asset.body(encoding);
  if (encoding !== 'identity') response.setHeader('content-encoding', encoding);
  response.setHeader('content-type', asset.type);
  response.setHeader('content-length', body.length);
  response.writeHead(200);
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** A short plain answer; the caller has set its other headers. */
export function sendText(response: ServerResponse, status: number, text: string): void {
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  response.setHeader('cache-control', 'no-store');
  response.writeHead(status).end(`${text}\n`);
}
