import { existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { isAlive } from '../../process.ts';
import { testDatabase } from '../../test/database.ts';
import { Installation, type Run } from './installation.ts';

const PATIENT = { timeout: 20_000, interval: 50 };
const PARTS = ['billing_core', 'gateway', 'postgres', 'stripe', 'supervisor', 'upstream', 'web'];

let installation: Installation;
let run: Run;
/** Requests that were answered with 200 in all, over every start. */
let answered = 0;

beforeAll(async () => {
  installation = await Installation.make();
  run = await installation.start();
}, 90_000);

afterAll(() => installation.remove(), 60_000);

/** Sends until this many are answered. After a crash the burst of the rate limit is not there. */
async function answeredRequests(count: number): Promise<void> {
  const until = answered + count;
  await vi.waitFor(async () => {
    while (answered < until) {
      const status = await installation.request();
      expect([200, 429]).toContain(status);
      expect(status).toBe(200);
      answered += 1;
    }
  }, PATIENT);
}

async function ledgerEqualsAnswers(): Promise<void> {
  await vi.waitFor(async () => expect(await installation.ledgerCount()).toBe(answered), PATIENT);
  await gatewaysAgree();
}

/** What the gateways themselves counted, over all their processes, is what the ledger has. */
async function gatewaysAgree(): Promise<void> {
  const { billing_core_url, admin_api_token } = installation.dev();
  const headers = { authorization: `Bearer ${admin_api_token}` };
  const answer = await fetch(`${billing_core_url}/v1/usage/counts`, { headers });
  const counts = await answer.json();
  expect(counts).toMatchObject({ differing: 0, differences: [] });
  expect(counts.compared).toBeGreaterThan(0);
}

test('it serves a metered request, and the portal and its API', async () => {
  await answeredRequests(3);
  await ledgerEqualsAnswers();
  const { portal_url, billing_core_url, admin_api_token, demo } = installation.dev();
  const page = await fetch(portal_url);
  expect(await page.text()).toContain('<!doctype html>');
  const settings = await fetch(`${portal_url}/api/portal/v1/settings`);
  expect(settings.status).toBe(200);
  const customer = await fetch(`${billing_core_url}/v1/customers/${demo!.customer_id}`, {
    headers: { authorization: `Bearer ${admin_api_token}` },
  });
  expect(await customer.json()).toMatchObject({ name: 'Acme' });
});

test('what it wrote is for our eyes only', () => {
  for (const name of ['dev.json', 'secrets.json', 'logs/gateway.log']) {
    expect(statSync(join(installation.folder, name)).mode & 0o077, name).toBe(0);
  }
  expect(installation.alive().toSorted()).toEqual(PARTS);
});

test('a second start on the same data refuses, and the first goes on', async () => {
  const second = installation.launch();
  expect(await second.ended).toBe(1);
  expect(second.screen()).toMatch(
    new RegExp(`already runs on ${installation.folder} \\(process ${run.child.pid}\\)`),
  );
  await answeredRequests(1);
});

describe('kill -9 of', () => {
  test.each(['gateway', 'billing_core', 'web', 'upstream', 'postgres'])(
    '%s: it comes back, and every answered request is in the ledger once',
    async (name) => {
      await answeredRequests(5);
      const killed = installation.dev().pids[name]!;
      process.kill(killed, 'SIGKILL');
      const title = name.replace('_', '-');
      await vi.waitFor(() => {
        expect(run.screen()).toContain(`${title} ended (SIGKILL); starting it again`);
        expect(run.screen()).toContain(`${title} is back`);
        expect(installation.dev().pids[name]).not.toBe(killed);
      }, PATIENT);
      await vi.waitFor(async () => {
        const status = await installation.request();
        if (status === 200) answered += 1;
        expect(status).toBe(200);
      }, PATIENT);
      await answeredRequests(5);
      await ledgerEqualsAnswers();
    },
    60_000,
  );
});

test('after SIGTERM no process is left; the next start is quick and has everything', async () => {
  await answeredRequests(5);
  const { pids, demo } = installation.dev();
  expect(await installation.stop(run)).toBe(0);
  expect(Object.values(pids).filter(isAlive)).toEqual([]);

  const begin = performance.now();
  run = await installation.start();
  expect(performance.now() - begin).toBeLessThan(15_000);
  expect(installation.dev().demo).toEqual(demo);
  await answeredRequests(5);
  await ledgerEqualsAnswers();
}, 60_000);

test('a killed supervisor: the parts end, and the next start loses nothing', async () => {
  await answeredRequests(5);
  const { supervisor, postgres, ...parts } = installation.dev().pids;
  process.kill(supervisor!, 'SIGKILL');
  await vi.waitFor(() => expect(Object.values(parts).filter(isAlive)).toEqual([]), PATIENT);
  expect(isAlive(postgres!), 'Postgres waits for the next start').toBe(true);

  run = await installation.start();
  expect(isAlive(postgres!)).toBe(false);
  await answeredRequests(5);
  await ledgerEqualsAnswers();
}, 60_000);

test('--reset begins anew', async () => {
  const old = installation.dev();
  await installation.stop(run, 'SIGINT');
  run = await installation.start(['--reset']);
  answered = 0;
  expect(installation.dev().demo!.api_key).not.toBe(old.demo!.api_key);
  await answeredRequests(1);
  await ledgerEqualsAnswers();
}, 60_000);

test('a taken port is named with its variable, and nothing is left', async () => {
  const other = await Installation.make();
  const port = Number(other.env['TOLLGATE_UPSTREAM_PORT']);
  const holder = createServer().listen(port, '127.0.0.1');
  const refused = other.launch();
  expect(await refused.ended).toBe(1);
  expect(refused.screen()).toContain(`Port ${port} is taken`);
  expect(refused.screen()).toContain('TOLLGATE_UPSTREAM_PORT');
  expect(existsSync(join(other.folder, 'postgres'))).toBe(false);
  holder.close();
  await other.remove();
});

test('a part that can not start stops everything and shows why', async () => {
  const other = await Installation.make();
  const refused = other.launch([], { LOG_LEVEL: 'loud' });
  expect(await refused.ended).toBe(1);
  expect(refused.screen()).toMatch(/does not start[^]*LOG_LEVEL/);
  expect(existsSync(join(other.folder, 'postgres', 'postmaster.pid'))).toBe(false);
  await other.remove();
}, 60_000);

test('DATABASE_URL: no Postgres of ours, and each database has demo data of its own', async () => {
  const other = await Installation.make();
  const keys = new Set<string>();
  for (const database of [await testDatabase(), await testDatabase()]) {
    const onIt = await other.start([], { DATABASE_URL: database.url });
    expect(other.dev().database_url).toBe(database.url);
    expect(other.dev().pids).not.toHaveProperty('postgres');
    expect(existsSync(join(other.folder, 'postgres'))).toBe(false);
    keys.add(other.dev().demo!.api_key);
    await vi.waitFor(async () => expect(await other.request()).toBe(200), PATIENT);
    await vi.waitFor(async () => expect(await other.ledgerCount()).toBe(1), PATIENT);
    await other.stop(onIt);
    await database.drop();
  }
  expect(keys.size).toBe(2);
  await other.remove();
}, 60_000);
