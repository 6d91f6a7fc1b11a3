import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { heldFrom } from '../../src/retention/held.ts';
import { pruneAll, pruneLedger } from '../../src/retention/round.ts';
import { DAY_MS } from '../../src/kit/clock.ts';
import { newId } from '../../src/kit/id.ts';
import { customerWith, hold, openCore, person, type Core } from '../../src/test/core.ts';
import { ensurePartitions } from '../../src/usage/roller.ts';
import { ledgerDays } from '../../src/usage/days.ts';

let core: Core;
let customer: string;
beforeAll(async () => {
  core = await openCore();
  ({ id: customer } = await customerWith(core, { owner: await person(core) }));
});
afterAll(() => core.close());

const OLD = 500;
const dayOf = (ago: number) => new Date(core.clock.now - ago * DAY_MS).toISOString().slice(0, 10);
const days = async () =>
  (await core.sql<{ day: string }[]>`select day::text from usage_partitions()`).map(
    ({ day }) => day,
  );
/** Days of the ledger of so long ago, each with a row. */
async function filled(...ago: number[]): Promise<void> {
  for (const one of ago) {
    await core.sql`select ensure_usage_partitions(${dayOf(one)}::text::date, 1)`;
    await core.sql`insert into usage_entries (received_day, gateway_id, boot_id, sequence,
        customer_id, key_id, route_id, route_version, meter_id, outcome, minute, billable,
        requests, quantity)
      values (${dayOf(one)}::text::date, 'gw', 'bt', ${one}, ${customer}, 'key', 'rte', 1,
              'mtr_requests', 'ok', 0, true, 1, 1)`;
  }
}
const set = (settings: object) =>
  core.admin('PUT', '/v1/retention', {
    ...{ ledger: null, audit: null, stripe_events: null, letters: null },
    ...settings,
  });
const round = () => ({ sql: core.sql, now: core.clock.now });
const minuteOf = (ago: number) => Math.floor((core.clock.now - ago * DAY_MS) / 60_000);

/** An invoice whose line is of usage of so long ago. */
async function billed(
  state: string,
  ago: number,
  finalAgo = 400,
  whose = customer,
): Promise<string> {
  const id = newId('inv', core.clock.now);
  const at = new Date(core.clock.now - finalAgo * DAY_MS);
  await core.sql.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    const number = Math.floor(core.clock.now % 1e9) + ago + finalAgo;
    await tx`insert into invoices (id, customer_id, state, reason, series, number, currency,
        customer, created_at, finalized_at, paid_at)
      values (${id}, ${whose}, ${state}, 'manual', 'INV', ${number}, 'USD', '{}', ${at}, ${at},
              ${at})`;
    await tx`insert into invoice_lines (invoice_id, position, kind, description, meter_id,
        quantity, events, from_minute, to_minute, roll_after, roll_until, exact_amount, amount)
      values (${id}, 0, 'usage', 'x', 'mtr_requests', 1, 1, ${minuteOf(ago)}, ${minuteOf(ago) + 1},
              0, 1, 1, 1)`;
  });
  return id;
}
const without = async () => {
  await core.sql.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    await tx`delete from invoice_lines`;
    await tx`delete from invoices`;
    await tx`delete from stripe_disputes`;
    await tx`delete from usage_batches`;
    await tx`delete from billing_cycles`;
  });
};

describe('days of the ledger', () => {
  beforeEach(without);

  test('stay for good unless a time is set', async () => {
    await filled(OLD);
    await pruneAll(round());
    expect(await days()).toContain(dayOf(OLD));
    expect(await core.sql`select from retention_runs where kind = 'ledger'`).toEqual([]);
  });

  test('go past that time, as whole days, with an audit entry and nothing else', async () => {
    await filled(OLD, OLD - 1, 150);
    await core.sql`insert into usage_totals values
      (${customer}, 0, 'mtr_requests', 'ok', true, 3, 3)`;
    expect((await set({ ledger: 200 })).status).toBe(200);
    await pruneAll(round());
    const left = await days();
    expect(left).not.toContain(dayOf(OLD));
    expect(left).not.toContain(dayOf(OLD - 1));
    expect(left).toContain(dayOf(150));
    expect(await core.sql`select from usage_totals where customer_id = ${customer}`).toHaveLength(
      1,
    );
    const audit = await core.admin('GET', '/v1/audit?action=retention.prune');
    expect(audit.body['data']).toMatchObject([{ subject_id: 'ledger', detail: { gone: 2 } }]);
    const { body } = await core.admin('GET', '/v1/retention');
    expect(body).toMatchObject({
      settings: { ledger: 200 },
    });
    const ledger = { kind: 'ledger', gone: 2, held_day: null, held_by: null };
    expect(body['rounds'][0]).toMatchObject(ledger);
    // A second round finds nothing, and writes down nothing but that.
    await pruneAll(round());
    const again = await core.admin('GET', '/v1/audit?action=retention.prune');
    expect(again.body['data']).toHaveLength(1);
  });

  test.each([
    ['unpaid_invoice', () => billed('open', OLD)],
    ['reconciliation', () => billed('paid', OLD, 30)],
    [
      'open_dispute',
      async () => {
        const invoice = await billed('paid', OLD);
        await core.sql`insert into stripe_disputes (stripe_id, invoice_id, customer_id, intent,
            currency, amount, reason, status, has_evidence, opened_at)
          values ('du', ${invoice}, ${customer}, 'pi', 'usd', 1, 'fraudulent', 'needs_response',
                  false, now())`;
      },
    ],
    [
      'open_period',
      async () => {
        const at = new Date(core.clock.now - OLD * DAY_MS);
        await core.sql.begin(async (tx) => {
          await tx`set local session_replication_role = replica`;
          await tx`insert into billing_cycles (subscription_id, customer_id, billed_until, due_at)
            values ('sub', ${customer}, ${at}, now())`;
        });
      },
    ],
    [
      'not_rolled',
      async () => {
        await core.sql`insert into usage_batches (gateway_id, boot_id, sequence, first_frame,
            last_frame, entries, checksum, watermark, received_day)
          values ('gw', 'bt', 1, 0, 1, 1, '\\x00', 0, ${dayOf(OLD)}::text::date)`;
      },
    ],
  ])('that are needed stay, and it is said for what: %s', async (by, needed) => {
    await filled(OLD + 5, OLD, OLD - 1, OLD - 2);
    await needed();
    expect(await heldFrom(core.sql)).toMatchObject({ by });
    await set({ ledger: 200 });
    await pruneAll(round());
    const left = await days();
    expect(left).not.toContain(dayOf(OLD + 5));
    for (const ago of [OLD, OLD - 1, OLD - 2]) expect(left).toContain(dayOf(ago));
    const { body } = await core.admin('GET', '/v1/retention');
    expect(body['rounds'][0]).toMatchObject({ held_day: dayOf(OLD), held_by: by });
    await without();
    await pruneAll(round());
    expect(await days()).not.toContain(dayOf(OLD));
  });

  test('that a customer needs whose clock is ahead stay: they arrived earlier', async () => {
    const ahead = await customerWith(core, { owner: await person(core) });
    await core.sql`update customers set clock_ms = ${400 * DAY_MS} where id = ${ahead.id}`;
    await filled(OLD + 5, OLD, OLD - 1);
    await billed('open', OLD - 400, 400, ahead.id);
    await set({ ledger: 200 });
    await pruneAll(round());
    const left = await days();
    expect(left).not.toContain(dayOf(OLD + 5));
    for (const ago of [OLD, OLD - 1]) expect(left).toContain(dayOf(ago));
    await without();
    await pruneAll(round());
  });

  test('do not make who writes wait: a round that gets no lock gives up', async () => {
    await filled(OLD);
    const reader = await hold(core.sql, (own) => own`select count(*) from usage_entries`);
    expect(String((await pruneLedger(round(), 200)).failed)).toContain('lock timeout');
    await reader.commit();
    expect(await pruneLedger(round(), 200)).toEqual({ gone: 1 });
  });

  test('that went before one that is being read are told, and other kinds go', async () => {
    const { sql } = core;
    await pruneLedger(round(), 200);
    core.clock.now += 1_000;
    await filled(OLD, OLD - 1);
    await sql`insert into stripe_events (id, type, payload, created_at, received_at, source,
        applied_at)
      select 'evt_beside', 'invoice.paid', '{}', at, at, 'list', at
        from (select now() - interval '300 days' as at) old`;
    await set({ ledger: 200, stripe_events: 100 });
    // As an archive with the ledger in it does, for as long as its reader takes.
    const read = `usage_entries_${dayOf(OLD - 1).replaceAll('-', '')}`;
    const reader = await hold(sql, (own) => own`select from ${own(read)}`);
    await expect(pruneAll(round())).rejects.toThrow('lock timeout');
    await reader.commit();
    expect(await days()).not.toContain(dayOf(OLD));
    expect(await days()).toContain(dayOf(OLD - 1));
    expect(await sql`select from stripe_events where id = 'evt_beside'`).toEqual([]);
    const [entry] = await sql`select detail from audit_entries
      where action = 'retention.prune' and subject_id = 'ledger' order by id desc limit 1`;
    expect(entry).toEqual({ detail: { gone: 1 } });
    await pruneAll(round());
  });
});

test('days are made ahead; where they are too few admins are told', async () => {
  expect((await ledgerDays(core.sql)).days_ahead).toBeGreaterThanOrEqual(7);
  const told = async () => (await core.admin('GET', '/v1/attention')).body['ledger_days_ahead'];
  expect(await told()).toBe(null);
  const [newest] = await core.sql<{ ahead: Date }[]>`
    select max(day) as ahead from usage_partitions()`;
  for (let ago = 0; ago < 12; ago++) {
    const day = new Date((newest?.ahead.getTime() ?? 0) - ago * DAY_MS).toISOString().slice(0, 10);
    await core.sql`select drop_usage_partition(${day}::text::date)`;
  }
  expect(await told()).toBeLessThan(7);
  await ensurePartitions(core.sql);
  expect(await told()).toBe(null);
});

describe('rows that are in no partition', () => {
  test('of the audit trail go by days, and never younger than a year', async () => {
    const { sql } = core;
    const old = newId('aud', core.clock.now - 800 * DAY_MS);
    await sql`insert into audit_entries (id, at, actor_kind, actor_id, action, subject_id)
      values (${old}, now() - interval '800 days', 'system', 'test', 'x.y', 'z')`;
    await sql`insert into audit_changes (at, table_name, row_id, after)
      overriding system value values (now() - interval '800 days', 'x', 'z', '{}')`.catch(() => {});
    const before = await sql`select from audit_entries`;
    await set({ audit: 400 });
    await pruneAll(round());
    expect(await sql`select from audit_entries where id = ${old}`).toEqual([]);
    // What was set, and the round itself, were written meanwhile.
    expect((await sql`select from audit_entries`).length).toBe(before.length + 1);
    await expect(
      sql.begin(async (tx) => {
        await tx`select set_config('tollgate.pruning', 'audit', true)`;
        await tx`delete from audit_entries`;
      }),
    ).rejects.toThrow('only grows');
  });

  test('of Stripe go once they were followed, and letters once they were sent', async () => {
    const { sql } = core;
    const at = new Date(core.clock.now - 300 * DAY_MS);
    for (const [id, applied] of [
      ['evt_done', at],
      ['evt_waits', null],
    ] as const) {
      await sql`insert into stripe_events (id, type, payload, created_at, received_at, source,
          applied_at)
        values (${id}, 'invoice.paid', '{}', ${at}, ${at}, 'list', ${applied})`;
    }
    const notice = newId('ntc', at.getTime());
    await sql`insert into notices (id, customer_id, kind, subject, title, body, path, detail, at)
      values (${notice}, ${customer}, 'quota', 'old', 't', 'b', '', '{}', ${at})`;
    for (const [address, state] of [
      ['sent@x.test', 'sent'],
      ['asked@x.test', 'asked'],
    ] as const) {
      await sql`insert into notice_letters (id, notice_id, address, state, sent_at)
        values (${newId('ntl', at.getTime())}, ${notice}, ${address}, ${state},
                ${state === 'sent' ? at : null})`;
    }
    await set({ stripe_events: 60, letters: 30 });
    await pruneAll(round());
    expect(await sql`select id from stripe_events`).toEqual([{ id: 'evt_waits' }]);
    expect(await sql`select address from notice_letters`).toEqual([{ address: 'asked@x.test' }]);
    expect(await sql`select from notices where id = ${notice}`).toHaveLength(1);
  });
});

test.each([
  ['too short a time', { ledger: 99 }],
  ['no days at all', { audit: 0 }],
  ['a part of a day', { letters: 30.5 }],
  ['a text', { stripe_events: '60' }],
  ['more than a hundred years', { ledger: 36_501 }],
  ['a kind that there is not', { gateways: 100 }],
])('%s is refused', async (_what, settings) => {
  const before = await core.sql`select * from retention_settings order by kind`;
  const answer = await set(settings);
  expect([answer.status, answer.body['code']]).toEqual([400, 'invalid_request']);
  expect(await core.sql`select * from retention_settings order by kind`).toEqual(before);
});
