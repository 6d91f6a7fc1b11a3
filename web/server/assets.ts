import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

/** A built file, ready to send. */
export interface Asset {
  type: string;
  etag: string;
  /** Vite puts a hash of the content into the name, so the name never means other content. */
  immutable: boolean;
  body: (encoding: Encoding) => Buffer;
  compressible: boolean;
}

export type Encoding = 'br' | 'gzip' | 'identity';
export type Assets = ReadonlyMap<string, Asset>;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain; charset=utf-8',
};

const COMPRESSIBLE = /^(text\/|application\/(json|manifest)|image\/svg)/;

/**
 * Reads a built portal into memory, by URL path. Requests then touch no file, and no path of a
 * request can name a file outside of it.
 * @param folder Vite's output.
 * @throws Error when it holds no index.html: the portal was not built.
 */
export function loadAssets(folder: string): Assets {
  const assets = new Map<string, Asset>();
  for (const file of listFiles(folder)) {
    const path = `/${relative(folder, file).split(sep).join('/')}`;
    assets.set(path, toAsset(path, readFileSync(file)));
  }
  if (!assets.has('/index.html')) throw notBuilt();
  return assets;
}

function notBuilt(): Error {
  return new Error('the portal is not built: run `npm run build -w web`');
}

function listFiles(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
    return entries
      .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
      .map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw notBuilt();
    throw error;
  }
}

function toAsset(path: string, content: Buffer): Asset {
  const type = TYPES[extname(path)] ?? 'application/octet-stream';
  const compressible = COMPRESSIBLE.test(type);
  const compressed = new Map<Encoding, Buffer>([['identity', content]]);
  return {
    type,
    compressible,
    etag: `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`,
    immutable: path.startsWith('/assets/'),
    body: (encoding) => {
      const body = compressed.get(encoding) ?? compress(content, encoding);
      compressed.set(encoding, body);
      return body;
    },
  };
}

/** Done once per file and encoding, on first demand. */
function compress(content: Buffer, encoding: Encoding): Buffer {
  if (encoding === 'gzip') return gzipSync(content, { level: 9 });
  return brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } });
}

/** @returns the best encoding the client takes, by its Accept-Encoding. */
export function chooseEncoding(accepted: string | undefined): Encoding {
  const offers = (accepted ?? '').split(',').map((offer) => offer.trim().split(/\s*;\s*/));
  const takes = (name: string): boolean =>
    offers.some(([coding, weight]) => coding === name && !/^q=0(\.0*)?$/.test(weight ?? ''));
  if (takes('br')) return 'br';
  return takes('gzip') ? 'gzip' : 'identity';
}
