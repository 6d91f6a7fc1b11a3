import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Invoice } from '../../src/contract/invoice.ts';
import { dunAll } from '../../src/invoicing/dun-run.ts';
import { openLog } from '../../src/kit/log.ts';
import { entitlementsOf } from '../../src/subscriptions/store.ts';
import { DYING, dyingAt } from './faulty.ts';
import { openScene, type Scene } from './scene.ts';

const DAY = 86_400_000;
/** More statements than a run about one customer has. */
const STATEMENTS_MAX = 60;

const log = openLog('test', 'silent');
const { signal } = new AbortController();

let scene: Scene;
let customer: string;
beforeAll(async () => {
  scene = await openScene(Date.UTC(2027, 3, 1));
  const version = await scene.plan([]);
  const [{ plan }] = await scene.core.sql<[{ plan: string }]>`
    select plan_id as plan from plan_versions where id = ${version}`;
  await scene.core.admin('PATCH', `/v1/plans/${plan}`, { unpaid_action: 'block' });
  customer = await scene.customer();
  await scene.subscribe(customer, version);
});
afterAll(() => scene.core.close());

/** An invoice that is owed for longer than the grace time. */
async function owed(): Promise<string> {
  const { admin, clock } = scene.core;
  const lines = [{ description: 'Line', amount: '100' }];
  const { id } = (await admin('POST', '/v1/invoices', { customer_id: customer, lines })).body;
  await admin('POST', `/v1/invoices/${id}/finalize`);
  await scene.go(clock.now + 28 * DAY);
  return id as unknown as string;
}

async function dieAt(url: string, statement: number): Promise<boolean> {
  const dying = dyingAt(url, statement);
  await dunAll({ sql: dying.sql, log, now: scene.core.clock.now }, signal).catch(() => {});
  await dying.end();
  await vi.waitFor(async () => {
    const left = await scene.core.sql`
      select from pg_stat_activity where application_name = ${DYING}`;
    expect(left).toHaveLength(0);
  }, 10_000);
  return dying.died();
}

test('dunning that dies at any statement does nothing twice and leaves nothing out', async () => {
  const { sql, clock, admin } = scene.core;
  const [{ name }] = await sql<[{ name: string }]>`select current_database() as name`;
  const { user, pass, host, port } = sql.options;
  const url = `postgres://${user}:${String(pass)}@${host[0]}:${port[0]}/${name}`;
  let cuts = 0;
  for (let statement = 1; statement < STATEMENTS_MAX; statement++) {
    const id = await owed();
    const died = await dieAt(url, statement);
    await dunAll({ sql, log, now: clock.now }, signal);
    const { dunning } = (await admin('GET', `/v1/invoices/${id}`)).body as unknown as Invoice;
    expect([statement, dunning?.steps.map(({ kind, tells }) => [kind, tells])]).toEqual([
      statement,
      [
        ['past_due', true],
        ['reminder', false],
        ['reminder', true],
        ['effect', true],
      ],
    ]);
    expect((await entitlementsOf(sql, customer, clock.now)).subscription).toBe(null);
    await admin('POST', `/v1/invoices/${id}/payments`);
    expect((await entitlementsOf(sql, customer, clock.now)).subscription).not.toBe(null);
    if (!died) break;
    cuts += 1;
  }
  // It was cut everywhere: in the end it was not any more.
  expect(cuts).toBeGreaterThan(10);
  expect(cuts).toBeLessThan(STATEMENTS_MAX - 1);
}, 120_000);
