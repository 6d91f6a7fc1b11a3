import type { KeyFact, QuotaFact, WindowKind } from '../../src/contract/facts.ts';
import { quotaWindow, windowAt, type QuotaWindow } from '../../src/contract/quota-window.ts';
import type { LeaseGrant } from '../../src/contract/sync.ts';
import { hashApiKey } from '../../src/keys/actions.ts';
import { keyFact } from '../../src/keys/facts.ts';
import { synchronise } from '../../src/sync/actions.ts';
import { envelopeOf } from '../../src/sync/test/ledger.ts';
import type { Core } from '../../src/test/core.ts';

// Customers with quotas, and tills that ask core for units of their windows.

const METER = 'mtr_requests';
export const LIMIT = 100;
export const ms = (iso: string): number => Date.parse(iso);

export type Quota = { window: WindowKind; scope?: 'customer' | 'key'; limit?: number };
export type Buyer = { id: string; subscription: string; keys: { id: string; secret: string }[] };

let plans = 0;

export async function done(core: Core, [method, path]: [string, string], body: unknown = {}) {
  const answer = await core.admin(method, path, body);
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
  return answer.body;
}

/** A published version with these hard quotas. */
export async function plan(core: Core, quotas: Quota[]): Promise<string> {
  plans += 1;
  const { id } = await done(core, ['POST', '/v1/plans'], { slug: `p${plans}`, name: 'Plan' });
  const entitlements = quotas.map(({ limit = LIMIT, ...quota }) => ({
    ...{ kind: 'quota', meter_id: METER, limit: String(limit), ...quota },
  }));
  const content = { currency: 'USD', prices: [], entitlements };
  const version = await done(core, ['POST', `/v1/plans/${id}/versions`], content);
  await done(core, ['POST', `/v1/plan-versions/${version['id']}/publish`]);
  return version['id'] as string;
}

/** A customer that subscribes to these quotas at this time, which is now from then on. */
export async function buyer(
  core: Core,
  quotas: Quota[],
  { at = '2026-11-22T12:00:00Z', zone = 'UTC', keys = 1 } = {},
): Promise<Buyer> {
  core.clock.now = ms(at);
  const wanted = { name: 'Acme', billing_zone: zone };
  const customer = await done(core, ['POST', '/v1/customers'], wanted);
  const customer_id = customer['id'] as string;
  const plan_version_id = await plan(core, quotas);
  const terms = { customer_id, plan_version_id };
  const { id } = await done(core, ['POST', '/v1/subscriptions'], terms);
  const made = [];
  for (let n = 0; n < keys; n++) {
    const path = `/v1/customers/${customer_id}/keys`;
    const key = await done(core, ['POST', path], { name: `key ${n}` });
    made.push({ id: key['id'] as string, secret: key['secret'] as string });
  }
  return { id: customer_id, subscription: id as string, keys: made };
}

export const moveTo = (core: Core, customer: Buyer, billing_zone: string) =>
  done(core, ['PATCH', `/v1/customers/${customer.id}`], { billing_zone });

/** What a gateway is told of a key now. */
export async function facts(core: Core, { keys }: Buyer, at = 0): Promise<KeyFact> {
  const hash = hashApiKey(keys[at]?.secret ?? '').toString('hex');
  return (await keyFact(core.sql, hash, core.clock.now)) as KeyFact;
}

/** The window that a till with these facts makes of them at this time. */
export function windowOf(fact: KeyFact, at: number, nth = 0): QuotaWindow {
  const quota = fact.customer.quotas[nth] as QuotaFact;
  const bounds = windowAt(quota.window, quota.turns, at);
  if (!bounds) throw new Error(`the facts tell of no window at ${new Date(at).toISOString()}`);
  const keyId = quota.scope === 'key' ? fact.key_id : null;
  const of = { customerId: fact.customer.id, keyId, meterId: METER, kind: quota.window };
  return quotaWindow(of, bounds);
}

let boots = 0;
export const newBoot = (): string => `bt_turns_${(boots += 1)}`;

/** One sync that asks for units of a window. */
export async function ask(
  core: Core,
  window: string,
  { wanted, boot = newBoot(), returned = 0 }: { wanted: number; boot?: string; returned?: number },
): Promise<LeaseGrant> {
  const leases = [{ window, generation: 0, wanted, returned }];
  const message = { envelope: envelopeOf(boot, { leases }), bytes: new Uint8Array() };
  const answer = await core.sql.begin((tx) => synchronise(tx, message, core.clock.now));
  return answer.grants[0] as LeaseGrant;
}

/** Takes all that is left of a window, until nothing more is lent; how much that was. */
export async function drain(core: Core, window: string): Promise<number> {
  const boot = newBoot();
  for (let held = 0; ;) {
    const { granted } = await ask(core, window, { wanted: held + 1_000, boot });
    if (granted === held) return held;
    held = granted;
  }
}

export const isInBooks = async ({ sql }: Core, window: string): Promise<boolean> =>
  (await sql`select 1 from quota_windows where id = ${window}`).length > 0;
