import { afterAll, beforeAll, expect, test } from 'vitest';
import { eraseAgain } from '../../src/personal/erase.ts';
import {
  customerWith,
  hold,
  openCore,
  person,
  somebodyWaits,
  type Core,
} from '../../src/test/core.ts';

// An erasure meets what others do at the same time.

let core: Core;
beforeAll(async () => {
  core = await openCore();
});
afterAll(() => core.close());

const erased = (id: string) => core.sql.begin((tx) => eraseAgain(tx, id, core.clock.now));
/** Until it waits for a lock of somebody, or is done without. */
const metOr = (work: Promise<unknown>) => Promise.race([somebodyWaits(core.sql), work]);

test('of two customers that are erased at once nobody whom they share is left', async () => {
  const shared = await person(core);
  const one = await customerWith(core, { owner: shared });
  const other = await customerWith(core, { owner: shared });
  const held = await hold(
    core.sql,
    (own) => own`
    select erase_customer(${one.id}, 'infinity')`,
  );
  const second = erased(other.id);
  await metOr(second);
  await held.commit();
  expect((await second).became).toBe('erased');
  expect(await core.sql`select from users where id = ${shared.id}`).toEqual([]);
});

test('who joins another customer meanwhile keeps the account, and the membership', async () => {
  const joining = await person(core);
  const old = await customerWith(core, { owner: joining });
  const next = await customerWith(core, { owner: await person(core) });
  const held = await hold(
    core.sql,
    (own) => own`
    insert into memberships (id, customer_id, user_id, role, created_at)
    values (${'mem_joins'}, ${next.id}, ${joining.id}, 'viewer', now())`,
  );
  const erasure = erased(old.id);
  await metOr(erasure);
  await held.commit();
  expect((await erasure).became).toBe('erased');
  expect(await core.sql`select customer_id from memberships where user_id = ${joining.id}`).toEqual(
    [{ customer_id: next.id }],
  );
});

test('what a gateway tells later of requests of somebody who was erased is not kept', async () => {
  const [gone, here] = [await customerWith(core, {}), await customerWith(core, {})];
  await erased(gone.id);
  const request = (customer: string) => ({
    ...{ request_id: `req_${customer}`, at: core.clock.now, customer, key: null, key_hash: null },
    ...{ key_ref: null, route: null, method: 'GET', path: '/users/ann', status: 200 },
    ...{ reason: null, duration_ms: 1, decided_ms: 1, upstream_ms: 1, request_bytes: 0 },
    ...{ response_bytes: 0, billable: true, units: [] },
  });
  const told = await core.call('POST', '/internal/v1/requests', {
    body: { requests: [request(gone.id), request(here.id)], skipped: [] },
    headers: { authorization: `Bearer ${await core.mint(['sync'])}` },
  });
  expect(told.status, told.text).toBeLessThan(300);
  expect(await core.sql`select customer_id from logged_requests`).toEqual([
    { customer_id: here.id },
  ]);
});

test('a Stripe that does not collect any more is not waited for', async () => {
  const { sql, admin } = core;
  const { id } = await customerWith(core, {});
  await sql`insert into stripe_feed (cursor, began_at, events_until) values (0, now(), now())`;
  await sql`insert into stripe_queue (customer_id) values (${id})`;
  await admin('DELETE', `/v1/customers/${id}`);
  const preview = await admin('GET', `/v1/customers/${id}/erasure`);
  expect(preview.body['objections']).toEqual([]);
  const name = (preview.body['customer'] as { name: string }).name;
  expect((await admin('POST', `/v1/customers/${id}/erasure`, { name })).status).toBe(200);
  // It is told when it collects again.
  expect(await sql`select from changes where feed = 'money' and subject_id = ${id}`).not.toEqual(
    [],
  );
});
