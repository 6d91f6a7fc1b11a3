import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import {
  openUpstream,
  openWorld,
  type Upstream,
  type World,
} from '../../../gateway/test/conformance/world.ts';
import { freePort } from '../../test/free-port.ts';
import { testFolder } from '../../test/folder.ts';
import { ROOT } from '../../start/config.ts';

const LONG = { timeout: 30_000, interval: 100 };

let world: World;
let upstream: Upstream;
let folder = '';
beforeAll(async () => {
  world = await openWorld();
  upstream = await openUpstream();
  await world.route({ path_pattern: '/*', upstream_url: upstream.url });
  folder = testFolder('dev-workers');
  const facts = {
    billing_core_url: world.coreUrl,
    admin_api_token: await world.core.mint(['admin']),
    demo: null,
  };
  writeFileSync(join(folder, 'dev.json'), JSON.stringify(facts));
});
afterAll(async () => {
  upstream.close();
  await world.close();
});

async function start() {
  const port = await freePort();
  const child = spawn(process.execPath, [join(ROOT, 'scripts/workers/main.ts')], {
    env: { ...process.env, TOLLGATE_DATA_DIR: folder, TOLLGATE_WORKERS_PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let words = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (words += text));
  }
  const stop = async (): Promise<void> => {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  };
  return { url: `http://127.0.0.1:${port}`, words: () => words, stop };
}

test('the gateway on workers serves with the core of dev.json, and ships usage', async () => {
  const seller = await world.customer({ quota: { limit: 100 } });
  const call = (url: string): Promise<Response> =>
    fetch(`${url}/x`, { headers: { 'x-api-key': seller.key } });
  const dev = await start();
  try {
    await vi.waitFor(async () => expect((await call(dev.url)).status, dev.words()).toBe(200), LONG);
    await vi.waitFor(async () => expect(await world.ledger(seller.customerId)).toBe(1), LONG);
  } finally {
    await dev.stop();
  }
  await expect(call(dev.url)).rejects.toThrow(/fetch failed/);
  const token = readFileSync(join(folder, 'workers/token'), 'utf8');
  expect(statSync(join(folder, 'workers/secrets.env')).mode & 0o077).toBe(0);

  // The next start goes on with the same token and the same till.
  const again = await start();
  try {
    await vi.waitFor(async () => expect((await call(again.url)).status).toBe(200), LONG);
    await vi.waitFor(async () => expect(await world.ledger(seller.customerId)).toBe(2), LONG);
  } finally {
    await again.stop();
  }
  expect(readFileSync(join(folder, 'workers/token'), 'utf8')).toBe(token);
}, 90_000);

test('says what to do when nothing runs', async () => {
  const child = spawn(process.execPath, [join(ROOT, 'scripts/workers/main.ts')], {
    env: { ...process.env, TOLLGATE_DATA_DIR: testFolder('nothing') },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (words += text));
  const [code] = (await once(child, 'close')) as [number];
  expect([code, words]).toEqual([1, expect.stringContaining('run `npm start` first')]);
});
