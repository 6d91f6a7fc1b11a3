import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ROOT } from '../start/config.ts';
import { Installation } from '../start/test/installation.ts';
import { freePort } from '../test/free-port.ts';

// Four gateways in front of one billing-core, one customer with one limit, all real processes.

const TEST_MS = 120_000;
const LIMIT = 1_000;

let tollgate: Installation;
const gateways: { url: string; child?: ChildProcess }[] = [];

async function api<Answer>(path: string, body?: unknown): Promise<Answer> {
  const { billing_core_url, admin_api_token } = tollgate.dev();
  const answer = await fetch(`${billing_core_url}/v1${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${admin_api_token}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Answer;
}

async function gateway(name: string, token: string): Promise<{ url: string; child: ChildProcess }> {
  const [port, privatePort] = [await freePort(), await freePort()];
  const child = spawn(process.execPath, [`${ROOT}gateway/src/node/main.ts`], {
    env: {
      ...process.env,
      PORT: `${port}`,
      PRIVATE_PORT: `${privatePort}`,
      BILLING_CORE_URL: tollgate.dev().billing_core_url,
      GATEWAY_TOKEN: token,
      SPOOL_DIR: join(tollgate.folder, name),
      UPSTREAM_ALLOW: '127.0.0.0/8, ::1',
      LOG_LEVEL: 'warn',
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ready = async (): Promise<boolean> => {
    const answer = await fetch(`http://127.0.0.1:${privatePort}/readyz`).catch(() => undefined);
    return answer?.status === 200;
  };
  await vi.waitUntil(ready, { timeout: 30_000, interval: 50 });
  return { url: `http://127.0.0.1:${port}`, child };
}

/** A customer of its own with these entitlements; gives the secret of its key. */
async function customer(name: string, entitlements: unknown[]) {
  const plan = await api<{ id: string }>('/plans', { slug: name, name });
  const content = { currency: 'USD', prices: [], entitlements };
  const version = await api<{ id: string }>(`/plans/${plan.id}/versions`, content);
  await api(`/plan-versions/${version.id}/publish`, {});
  const made = await api<{ id: string }>('/customers', { name });
  await api('/subscriptions', { customer_id: made.id, plan_version_id: version.id });
  const key = await api<{ secret: string }>(`/customers/${made.id}/keys`, { name });
  return { id: made.id, key: key.secret };
}

const quota = (limit: number) => ({
  kind: 'quota',
  meter_id: 'mtr_requests',
  limit: String(limit),
  window: 'month',
  enforcement: 'hard',
});

async function ask(at: number, key: string): Promise<number> {
  const answer = await fetch(`${gateways[at]?.url}/demo/weather?city=Rome`, {
    headers: { authorization: `Bearer ${key}` },
  });
  await answer.arrayBuffer();
  return answer.status;
}

/** Of the requests nine in ten go to one gateway. */
const skewed = (n: number): number => (n % 10 === 0 ? 1 + ((n / 10) % 3) : 0);

async function recorded(customerId: string): Promise<number> {
  type Series = { totals: { requests: number } };
  return (await api<Series>(`/usage?customer_id=${customerId}&interval=hour`)).totals.requests;
}

beforeAll(async () => {
  tollgate = await Installation.make();
  await tollgate.start();
  gateways.push({ url: tollgate.dev().gateway_url });
  const made = await api<{ token: string }>('/admin-tokens', { name: 'more', scopes: ['sync'] });
  const more = ['b', 'c', 'd'].map((name) => gateway(`spool-${name}`, made.token));
  gateways.push(...(await Promise.all(more)));
}, TEST_MS);

afterAll(async () => {
  for (const { child } of gateways) {
    if (!child || child.exitCode !== null) continue;
    child.kill('SIGTERM');
    await new Promise((resolve) => child.once('exit', resolve));
  }
  await tollgate.remove();
}, TEST_MS);

test(
  `a hard limit of ${LIMIT} over four gateways admits exactly ${LIMIT}`,
  async () => {
    const { id, key } = await customer('exact', [quota(LIMIT)]);
    let sent = 0;
    let served = 0;
    let refusedInARow = 0;
    const client = async (): Promise<void> => {
      while (refusedInARow < 300 && sent < 4 * LIMIT) {
        const status = await ask(skewed(sent++), key);
        if (status === 200) {
          served += 1;
          refusedInARow = 0;
        } else {
          expect(status).toBe(429);
          refusedInARow += 1;
        }
      }
    };
    await Promise.all(Array.from({ length: 32 }, client));
    console.log(`${served} of ${LIMIT} served, ${sent - served} refused`);
    expect(served).toBe(LIMIT);
    await expect.poll(() => recorded(id), { timeout: 15_000, interval: 100 }).toBe(LIMIT);
  },
  TEST_MS,
);

test(
  'a rate limit holds over four gateways together, and most of it is usable',
  async () => {
    const rate = { kind: 'rate_limit', rate_per_second: '50', burst: 25 };
    const { key } = await customer('rate', [rate]);
    const beganAt = performance.now();
    let served = 0;
    let countedFrom = 0;
    let servedThen = 0;
    const seconds = (): number => (performance.now() - beganAt) / 1_000;
    const client = async (at: number): Promise<void> => {
      while (seconds() < 10) {
        if ((await ask(at, key)) === 200) served += 1;
        if (countedFrom === 0 && seconds() > 3) {
          countedFrom = seconds();
          servedThen = served;
        }
        // About 1.3 times what the limit allows, over all gateways.
        await pause(4 * (1_000 / 65) - 3);
      }
    };
    await Promise.all(gateways.map((_, at) => client(at)));
    const total = seconds();
    const used = (served - servedThen) / (total - countedFrom) / 50;
    console.log(
      `${served} in ${total.toFixed(1)} s; ${(used * 100).toFixed(0)} % of the rate used`,
    );
    expect(served).toBeLessThanOrEqual(50 * total + 25);
    expect(used).toBeGreaterThan(0.5);
  },
  TEST_MS,
);

test(
  'a limit of 1/s over four gateways holds and can be used',
  async () => {
    const { key } = await customer('slow', [
      { kind: 'rate_limit', rate_per_second: '1', burst: 1 },
    ]);
    const beganAt = performance.now();
    let served = 0;
    let turn = 0;
    while (performance.now() - beganAt < 8_000) {
      if ((await ask(turn++ % 4, key)) === 200) served += 1;
      await pause(50);
    }
    const seconds = (performance.now() - beganAt) / 1_000;
    console.log(`${served} in ${seconds.toFixed(1)} s`);
    expect(served).toBeLessThanOrEqual(seconds + 1);
    expect(served).toBeGreaterThanOrEqual(3);
  },
  TEST_MS,
);
