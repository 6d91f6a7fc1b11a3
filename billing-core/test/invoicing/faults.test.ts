import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openLog } from '../../src/kit/log.ts';
import { runClosing } from '../../src/invoicing/jobs.ts';
import { DYING, dyingAt } from './faulty.ts';
import { brief, openScene, type Scene } from './scene.ts';

const DAY = 86_400_000;
const START = Date.UTC(2027, 3, 1);
const [MAY, JUNE] = [Date.UTC(2027, 4, 1), Date.UTC(2027, 5, 1)];
/** More statements than a run has. */
const STATEMENTS_MAX = 120;

let scene: Scene;
let version: string;
beforeAll(async () => {
  scene = await openScene(START);
  version = await scene.plan([
    { model: 'flat', amount: '2900' },
    { model: 'per_unit', meter_id: 'mtr_requests', unit_amount: '1' },
  ]);
});
afterAll(() => scene.core.close());

/** A customer whose second month is over: a fee, usage of it, and usage that came late. */
async function due(): Promise<string> {
  await scene.go(START);
  const customer = await scene.customer();
  await scene.subscribe(customer, version);
  await scene.bill();
  await scene.use(customer, { at: START + DAY, requests: 100 });
  await scene.go(MAY + DAY);
  await scene.bill();
  await scene.use(customer, { at: START + DAY, requests: 20 }, { at: MAY, requests: 7 });
  return customer;
}

const log = openLog('test', 'silent');
const signal = new AbortController().signal;

async function dieAt(statement: number): Promise<boolean> {
  const [{ url }] = await scene.core.sql<[{ url: string }]>`select current_database() as url`;
  const { options } = scene.core.sql;
  const place = `postgres://${options.user}:${String(options.pass)}@${options.host[0]}`;
  const dying = dyingAt(`${place}:${options.port[0]}/${url}`, statement);
  const kit = { sql: dying.sql, log, send: async () => {}, now: scene.core.clock.now };
  await runClosing(kit, signal).catch(() => {});
  await dying.end();
  // The server notices a moment later, and lets go of what was locked.
  await vi.waitFor(async () => {
    const left = await scene.core.sql`
      select from pg_stat_activity where application_name = ${DYING}`;
    expect(left).toHaveLength(0);
  }, 10_000);
  return dying.died();
}

test('a run that dies at any of its statements loses no line and doubles no invoice', async () => {
  let cuts = 0;
  for (let statement = 1; statement < STATEMENTS_MAX; statement++) {
    const customers = [await due(), await due()];
    await scene.go(JUNE + DAY);
    const died = await dieAt(statement);
    if (died) cuts += 1;
    await scene.bill();
    for (const customer of customers) {
      const all = await scene.invoices(customer);
      expect(all.map(brief), `cut at ${statement}`).toEqual([
        [['fee', null, '2900']],
        [
          ['fee', null, '2900'],
          ['usage', '100', '100'],
        ],
        [
          ['fee', null, '2900'],
          ['usage', '7', '7'],
          ['late_usage', '20', '20'],
        ],
      ]);
    }
    if (!died) break;
  }
  // It was cut everywhere: in the end it was not any more.
  expect(cuts).toBeGreaterThan(20);
  expect(cuts).toBeLessThan(STATEMENTS_MAX - 1);
  const [numbers] = await scene.core.sql`
    select max(number) = count(*) and count(distinct number) = count(*) as dense from invoices`;
  expect(numbers).toEqual({ dense: true });
}, 240_000);
