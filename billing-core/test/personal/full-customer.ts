import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { newId } from '../../src/kit/id.ts';
import { person, type Core, type Json, type Person } from '../../src/test/core.ts';
import { giveCard, type Rig } from '../stripe/rig.ts';
import { ledger } from '../usage/ledger.ts';
import { rollOnce } from '../../src/usage/roller.ts';

export type Full = { id: string; owner: Person; other: Person; invoice: string; mark: string };

/** Texts that name this customer: all begin with its mark. */
const wordsOf = (mark: string) => ({
  name: `=${mark} GmbH`,
  external_id: `${mark}-42`,
  billing_address: `${mark} Street 1\nTown`,
  tax_number: `${mark}-TAX`,
  metadata: { contact: `${mark} Miller` },
});

async function did(core: Core, method: string, path: string, body?: unknown): Promise<Json> {
  const answer = await core.admin(method, path, body);
  expect(answer.status, `${method} ${path} ${answer.text}`).toBeLessThan(300);
  return answer.body;
}

/** Somebody who is in every book of the core, and at Stripe. */
export async function fullCustomer(rig: Rig, mark: string): Promise<Full> {
  const { core } = rig;
  const { sql } = core;
  const [owner, other] = [await person(core), await person(core)];
  await sql`update users set name = ${`${mark} Owner`}, email = lower(${`${mark}@owner.test`})
    where id = ${owner.id}`;
  await sql`update sessions set ip_address = ${`${mark}-ip`}, user_agent = ${`${mark}-agent`}
    where user_id = ${owner.id}`;
  const made = await did(core, 'POST', '/v1/customers', wordsOf(mark));
  const id = made['id'] as string;
  const at = `/v1/customers/${id}`;
  for (const [user_id, role] of [
    [owner.id, 'owner'],
    [other.id, 'billing'],
  ]) {
    await did(core, 'POST', `${at}/memberships`, { user_id, role });
  }
  const portal = `/portal/v1/customers/${id}`;
  const own = async (method: string, path: string, body?: unknown): Promise<Json> => {
    const answer = await owner.call(method, `${portal}${path}`, body);
    expect(answer.status, `${method} ${path} ${answer.text}`).toBeLessThan(300);
    return answer.body;
  };
  const key = await own('POST', '/keys', { name: `${mark} key`, mode: 'live' });
  await own('PUT', '/notice-settings', {
    addresses: [`${mark}@bills.test`.toLowerCase()],
    mailed: ['payment_failed'],
  });
  await written(core, { id, owner, mark });
  await giveCard(rig, { id, card: 'pm_card_visa' });
  const { id: invoice } = await rig.invoice(id, [{ description: `${mark} work`, amount: '1000' }]);
  await rig.settle();
  await rig.post(invoice, 'credit-notes', { reason: `${mark} agreed`, amount: '300' });
  await rig.post(invoice, 'payments', { kind: 'refund', method: 'stripe', amount: '300' });
  await rig.settle();
  await used(core, id, key);
  return { id, owner, other, invoice, mark };
}

/** What gateways, mail servers and admins leave, without them. */
async function written(
  { sql, clock }: Core,
  { id, owner, mark }: Pick<Full, 'id' | 'owner' | 'mark'>,
): Promise<void> {
  const [now, later] = [new Date(clock.now), new Date(clock.now + 60_000)];
  const notice = newId('ntc', clock.now);
  await sql`insert into notices (id, customer_id, kind, subject, title, body, path, detail, at)
    values (${notice}, ${id}, 'quota', 'q', ${`Dear ${mark}`}, ${mark}, '',
            ${sql.json({ to: mark })}, ${now})`;
  await sql`insert into notice_letters (id, notice_id, address, said)
    values (${newId('ntl', clock.now)}, ${notice}, ${`${mark}@bills.test`}, ${`no ${mark} here`})`;
  await sql`insert into notice_reads values (${notice}, ${owner.id}, ${now})`;
  await sql`insert into quota_requests (id, customer_id, asked_by, meter_id, quota_window,
      quota_scope, limit_then, limit_asked, reason, state, answer, answered_at, created_at)
    values (${newId('qrq', clock.now)}, ${id}, ${owner.id}, 'mtr_requests', 'month', 'customer', 1,
            2, ${`${mark} grows`}, 'granted', ${`Dear ${mark}`}, ${now}, ${now})`;
  await sql`insert into quota_overrides (id, customer_id, meter_id, quota_window, quota_scope,
      quota_limit, reason, starts_at, ended_at)
    values (${newId('qov', clock.now)}, ${id}, 'mtr_requests', 'month', 'customer', 2,
            ${`${mark} asked`}, ${now}, ${later})`;
  await sql`insert into customer_views (id, session_id, user_id, customer_id, reason, began_at,
      ends_at)
    values (${newId('cvw', clock.now)}, ${`ses_${id}`}, 'usr_gone', ${id}, ${`${mark} asked`},
            ${now}, ${later})`;
  await sql`insert into invitations (id, customer_id, email, role, token_hash, invited_by,
      created_at, expires_at, said)
    values (${newId('ivt', clock.now)}, ${id}, ${`${mark}@invited.test`.toLowerCase()}, 'viewer',
            ${randomBytes(32)}, ${owner.id}, ${now}, ${later}, ${`no ${mark} here`})`;
  await sql`insert into logged_requests (customer_id, request_id, at, method, path, duration_ms,
      request_bytes, response_bytes, billable, units)
    values (${id}, 'req_1', ${now}, 'GET', ${`/users/${mark}`}, 1, 0, 0, true, '[]')`;
}

async function used(core: Core, customer_id: string, key: Json): Promise<void> {
  const { sql, clock } = core;
  const minute = Math.floor(clock.now / 60_000) - 10;
  const entry = { customer_id, key_id: key['id'] as string, minute, requests: 7 };
  const [boot, day] = [`boot_${customer_id}`, Math.floor(minute / 1_440)];
  await ledger(sql).batch([entry], { boot });
  // What its gateway counted itself, so that the books agree.
  await sql`insert into gateway_counts (gateway_id, boot_id, customer_id, meter_id, day, requests,
      quantity, billable_quantity)
    values ('gw_1', ${boot}, ${customer_id}, 'mtr_requests', ${day}, 7, 7, 7)`;
  while ((await rollOnce(sql)) > 0);
}
