import { expect } from 'vitest';
import type { Invoice, InvoiceSummary } from '../../src/contract/invoice.ts';
import { openLog } from '../../src/kit/log.ts';
import type { JobData } from '../../src/kit/jobs.ts';
import { runClosing } from '../../src/invoicing/jobs.ts';
import { closeOne } from '../../src/invoicing/run.ts';
import { openCore, type Core } from '../../src/test/core.ts';
import { plainClock, type TestClock } from '../../src/kit/test-clock.ts';
import { settleDue } from '../../src/subscriptions/due.ts';
import { foldHours } from '../../src/usage/fold.ts';
import { rollOnce } from '../../src/usage/roller.ts';
import { ledger, type Entry } from '../usage/ledger.ts';

const MINUTE_MS = 60_000;
const LIST_MAX = 100;

export type Use = Omit<Entry, 'customer_id' | 'minute'> & { at: number };

/** A whole core whose time a test moves: usage, subscriptions, and the job that bills. */
export type Scene = {
  core: Core;
  /** A published version with these prices, of a plan of its own; its id. */
  plan(prices: object[], terms?: object): Promise<string>;
  customer(): Promise<string>;
  subscribe(customer: string, version: string, more?: object): Promise<string>;
  /** One batch, rolled. */
  use(customer: string, ...uses: Use[]): Promise<void>;
  /** The same of many customers. */
  useAll(uses: readonly (Use & { customer: string })[]): Promise<void>;
  /** Moves time there (ms), with all that happens by itself but billing. */
  go(to: number): Promise<void>;
  /** Runs the job that bills, at the present time; how many invoices that made. */
  bill(): Promise<number>;
  /** Runs the job that closes one subscription. */
  billOne(subscription: string): Promise<number>;
  /** Jobs that billing asked for. */
  sent: { name: string; data: JobData }[];
  /** All invoices of a customer in the order of their numbers. */
  invoices(customer: string): Promise<Invoice[]>;
};

/** `testClocks`: customers of it may have clocks of their own. */
export async function openScene(start: number, testClocks = false): Promise<Scene> {
  const testClock: TestClock = { ...plainClock(() => core.clock.now), isOn: testClocks };
  const core = await openCore({ testClock });
  const { sql, clock } = core;
  clock.now = start;
  const log = openLog('test', 'silent');
  const sent: Scene['sent'] = [];
  const send = async (_tx: unknown, name: string, data: JobData) => void sent.push({ name, data });
  const { batch } = ledger(sql);
  let made = 0;
  const created = async (path: string, body: object): Promise<string> => {
    const answer = await core.admin('POST', path, body);
    expect(answer.status, answer.text).toBeLessThan(300);
    return answer.body['id'] as string;
  };
  const go = async (to: number): Promise<void> => {
    clock.now = to;
    await settleDue({ sql, clock: () => to, log });
    while (await foldHours(sql, to));
  };
  const useAll: Scene['useAll'] = async (uses) => {
    await batch(
      uses.map(({ at, customer, ...entry }) => ({
        ...entry,
        customer_id: customer,
        minute: Math.floor(at / MINUTE_MS),
      })),
    );
    while ((await rollOnce(sql)) > 0);
  };
  await go(start);
  return {
    core,
    go,
    plan: async (prices, terms = {}) => {
      made += 1;
      const plan = await created('/v1/plans', { slug: `plan-${made}`, name: `Plan ${made}` });
      const content = { currency: 'USD', prices, entitlements: [], ...terms };
      const version = await created(`/v1/plans/${plan}/versions`, content);
      await created(`/v1/plan-versions/${version}/publish`, {});
      return version;
    },
    customer: () => created('/v1/customers', { name: `Customer ${(made += 1)}` }),
    subscribe: (customer_id, plan_version_id, more = {}) =>
      created('/v1/subscriptions', { customer_id, plan_version_id, ...more }),
    use: (customer, ...uses) => useAll(uses.map((use) => ({ ...use, customer }))),
    useAll,
    bill: () => runClosing({ sql, log, send, now: clock.now }, new AbortController().signal),
    billOne: async (subscription) => {
      const kit = { sql, now: clock.now };
      return (await sql.begin((tx) => closeOne(kit, tx, subscription))).invoices;
    },
    sent,
    invoices: async (customer) => {
      const path = `/v1/invoices?customer_id=${customer}&limit=${LIST_MAX}`;
      const list = await core.admin('GET', path);
      const summaries = list.body['data'] as unknown as InvoiceSummary[];
      const read = async ({ id }: InvoiceSummary) =>
        (await core.admin('GET', `/v1/invoices/${id}`)).body as unknown as Invoice;
      const all = await Promise.all(summaries.map(read));
      return all.toSorted((one, other) => ((one.number ?? '') < (other.number ?? '') ? -1 : 1));
    },
  };
}

/** What a line is about, in short. */
export const brief = (invoice: Invoice) =>
  invoice.lines.map(({ kind, quantity, amount }) => [kind, quantity, amount]);
