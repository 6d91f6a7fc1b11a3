import { expect } from 'vitest';
import type { Invoice } from '../src/contract/invoice.ts';
import { DAY_MS, MINUTE_MS } from '../src/kit/clock.ts';
import type { Answer } from '../src/test/core.ts';
import { openScene, type Scene } from './invoicing/scene.ts';

// Add-ons with units that they add, and customers who buy them from the beginning of a month.

export const REQUESTS = 'mtr_requests';

export const units = (amount: string, meter_id = REQUESTS) => ({
  ...{ kind: 'included_units', meter_id, units: amount },
});
export const perUnit = (included_units: string, more: object = {}) => ({
  ...{ model: 'per_unit', meter_id: REQUESTS, unit_amount: '1', included_units },
  ...more,
});

/** Usage lines, in short. */
export const linesOf = (invoices: Invoice[]) =>
  invoices
    .flatMap(({ lines }) => lines)
    .filter(({ kind }) => kind === 'usage' || kind === 'late_usage')
    .map(({ description, amount }) => [amount, description]);

type Draft = { kind?: string; charged?: string; proration?: string };

export type AddOnScene = {
  scene: Scene;
  send(method: string, path: string, body?: object): Promise<Answer>;
  created(path: string, body: object): Promise<string>;
  draft(entitlements: object[], terms?: Draft): Promise<Answer>;
  /** A published add-on with these; the id of its version. */
  pack(entitlements: object[], terms?: Draft): Promise<string>;
};

export async function openAddOns(start: number): Promise<AddOnScene> {
  const scene = await openScene(start);
  let made = 0;
  const send: AddOnScene['send'] = (method, path, body) => scene.core.admin(method, path, body);
  const created = async (path: string, body: object): Promise<string> => {
    const answer = await send('POST', path, body);
    expect(answer.status, answer.text).toBeLessThan(300);
    return answer.body['id'] as string;
  };
  const draft: AddOnScene['draft'] = async (entitlements, { kind = 'add_on', ...terms } = {}) => {
    const plan = await created('/v1/plans', { slug: `u-${(made += 1)}`, name: 'Pack', kind });
    const content = { currency: 'USD', prices: [], entitlements, ...terms };
    return send('POST', `/v1/plans/${plan}/versions`, content);
  };
  const pack: AddOnScene['pack'] = async (entitlements, terms) => {
    const version = (await draft(entitlements, terms)).body['id'] as string;
    await created(`/v1/plan-versions/${version}/publish`, {});
    return version;
  };
  return { scene, send, created, draft, pack };
}

/** The next first of a month that has 30 days. */
function nextMonth(now: number): number {
  const at = new Date(now);
  do at.setUTCMonth(at.getUTCMonth() + 1, 1);
  while (![3, 5, 8, 10].includes(at.getUTCMonth()));
  return at.setUTCHours(0, 0, 0, 0);
}

/** A customer on a plan from the beginning of a month of 30 days. */
export async function buyer({ scene, send }: AddOnScene, prices: object[], terms: object = {}) {
  const start = nextMonth(scene.core.clock.now);
  await scene.go(start);
  const customer = await scene.customer();
  const subscription = await scene.subscribe(customer, await scene.plan(prices, terms));
  const step = async (of: string, quantity: number, more: object = {}): Promise<void> => {
    const path = `/v1/subscriptions/${subscription}/steps`;
    const asked = { step: 'add_on', plan_version_id: of, quantity, ...more };
    const answer = await send('POST', path, asked);
    expect(answer.status, answer.text).toBe(200);
  };
  const use = (at: number, quantity: bigint) =>
    scene.use(customer, { at, meter_id: REQUESTS, requests: 1, quantity, billable: true });
  /** Usage lines of all invoices, once the period is over that ends then. */
  const billed = async (end = start + 30 * DAY_MS) => {
    await scene.go(end + 10 * MINUTE_MS);
    await scene.bill();
    return linesOf(await scene.invoices(customer));
  };
  return { customer, subscription, start, step, use, billed };
}
