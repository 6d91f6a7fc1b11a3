import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  bundle,
  scriptIn,
  startWorkerd,
  type Workerd,
} from '../gateway/test/conformance/workerd.ts';
import { keepOn } from './pinned.ts';
import type { Stage } from './stage.ts';

export type Worker = { name: string; worker: Workerd; path: string };

/** As little as a proxy on workerd can do. */
const bare = (upstream: string): string => `
export class Till {}
export class Facts {}
export default {
  fetch(request) {
    const { pathname, search } = new URL(request.url);
    return fetch('${upstream}' + pathname + search, request);
  },
};`;

type Place = { folder: string; upstream: string; core: number };

/** A bare proxy on workerd, and the gateway there with both ways of metering; one isolate each. */
export async function startWorkers(
  stage: Stage,
  { folder, upstream, core }: Place,
): Promise<Worker[]> {
  const peer = join(folder, 'bare-worker', 'main.js');
  mkdirSync(join(folder, 'bare-worker'), { recursive: true });
  writeFileSync(peer, bare(upstream));
  const bundled = join(folder, 'bundled-worker');
  bundle(bundled);
  const script = scriptIn(bundled);
  const vars = {
    BILLING_CORE_URL: stage.coreUrl,
    GATEWAY_TOKEN: stage.token,
    UPSTREAM_ALLOW: '127.0.0.0/8',
    SYNC_MS: '1000',
  };
  const all: Worker[] = [];
  for (const of of [
    { name: 'workerd, bare', script: peer, path: '/' },
    { name: 'Tollgate on workerd, relaxed', script, path: '/metered/' },
    { name: 'Tollgate on workerd, strict', script, path: '/metered/' },
  ]) {
    const place = join(folder, of.name.replaceAll(/\W+/g, '-'));
    mkdirSync(place, { recursive: true });
    const metering = of.name.endsWith('strict') ? 'strict' : 'relaxed';
    const settings = { ...vars, METERING: metering };
    const worker = await startWorkerd({
      folder: place,
      script: of.script,
      isolates: 1,
      vars: settings,
    });
    keepOn(worker.pid, core);
    all.push({ name: of.name, worker, path: of.path });
  }
  return all;
}
