import { setTimeout as delay } from 'node:timers/promises';
import { KeySets } from '../core/key-sets.ts';
import { targetOf } from '../core/route.ts';
import type { Upstreams } from './upstreams.ts';

const TIMEOUT_MS = 3_000;
const BYTES_MAX = 256 * 1024;

/** The JSON at a URL, which has to have an address that upstreams may have. */
async function readJson(upstreams: Upstreams, href: string): Promise<unknown> {
  const { pathname, search } = new URL(href);
  const answer = await upstreams.poolOf(targetOf(href, TIMEOUT_MS)).request({
    method: 'GET',
    path: pathname + search,
    headers: { accept: 'application/json' },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of answer.body) {
    bytes += part.length;
    if (bytes > BYTES_MAX) throw new Error(`over ${BYTES_MAX} bytes`);
    parts.push(part);
  }
  if (answer.statusCode !== 200) throw new Error(`answered ${answer.statusCode}`);
  return JSON.parse(Buffer.concat(parts).toString());
}

/** The keys of issuers, asked for over the connections of upstreams. */
export const openKeySets = (upstreams: Upstreams): KeySets =>
  new KeySets({
    read: (url) => readJson(upstreams, url),
    now: () => performance.now(),
    pause: (ms) => delay(ms),
    behind: (work) => void work,
  });
