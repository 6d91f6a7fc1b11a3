import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AuditEntry } from '../src/contract/audit.ts';
import { CLOCKS_MAX } from '../src/customers/clock.ts';
import { lastChange } from '../src/kit/changes.ts';
import { openLog } from '../src/kit/log.ts';
import {
  openTestClock,
  plainClock,
  TestClockError,
  type TestClock,
} from '../src/kit/test-clock.ts';
import { customerWith, footprint, openCore, person, type Core } from '../src/test/core.ts';

// The clock of one customer: who may move it, where to, and what is told of it.

const MINUTE = 60_000;
const DAY = 86_400_000;

let core: Core;
let customer: string;
beforeAll(async () => {
  const testClock: TestClock = { ...plainClock(() => core.clock.now), isOn: true };
  core = await openCore({ testClock });
  core.clock.now = Date.parse('2027-03-01T10:20:30.400Z');
});
afterAll(() => core.close());
beforeEach(async () => {
  customer = (await customerWith(core, {})).id;
});

const iso = (at: number): string => new Date(at).toISOString();
const clock = (id = customer) => core.admin('GET', `/v1/customers/${id}/test-clock`);
const advance = (body: unknown, id = customer) =>
  core.admin('POST', `/v1/customers/${id}/test-clock/advance`, body);

test('goes on from where it was moved to, in whole minutes, beside that of the rest', async () => {
  const { now } = core.clock;
  expect((await clock()).body).toEqual({
    ...{ enabled: true, now: iso(now), ahead_ms: 0, status: 'ready' },
  });
  const to = Date.parse('2027-04-01T00:00:00Z');
  const moved = (await advance({ to: iso(to) })).body;
  const ahead = moved['ahead_ms'] as number;
  expect(ahead % MINUTE).toBe(0);
  const there = Date.parse(moved['now'] as string);
  expect(there).toBeGreaterThanOrEqual(to);
  expect(there).toBeLessThan(to + MINUTE);
  core.clock.now += 5_000;
  expect((await clock()).body).toMatchObject({ now: iso(there + 5_000), ahead_ms: ahead });
  const other = await customerWith(core, {});
  expect((await clock(other.id)).body).toMatchObject({ ahead_ms: 0, now: iso(core.clock.now) });
  const shown = await core.admin('GET', `/v1/customers/${customer}`);
  expect(shown.body).toMatchObject({ clock_ms: ahead });
});

test('who moved it, from where to where, is in the audit, in the order of things', async () => {
  const from = (core.clock.now += 1);
  await advance({ to: iso(from + 40 * DAY) });
  core.clock.now += 1;
  await core.admin('PATCH', `/v1/customers/${customer}`, { name: 'Later' });
  core.clock.now += 1;
  await core.admin('POST', '/v1/customers', { name: 'Last' });
  const { body } = await core.admin('GET', '/v1/audit?limit=3');
  const entries = body['data'] as unknown as AuditEntry[];
  expect(entries.map(({ action }) => action)).toEqual([
    'customer.create',
    'customer.update',
    'customer.advance_clock',
  ]);
  const [made, , moved] = entries;
  expect(made?.clock_at).toBe(iso(core.clock.now));
  expect(moved?.detail).toEqual({ from: iso(from), to: iso(from + 40 * DAY) });
  expect(entries[1]?.clock_at).toBe(iso(from + 40 * DAY + 1));
});

test('gateways are told at once', async () => {
  const before = await lastChange(core.sql, 'facts');
  await advance({ to: iso(core.clock.now + DAY) });
  const rows = await core.sql`select kind, subject_id from changes where number > ${before}`;
  expect(rows).toEqual([{ kind: 'customer', subject_id: customer }]);
});

test('its members see their portal at its time', async () => {
  const owner = await person(core);
  const own = await customerWith(core, { owner });
  await advance({ to: iso(core.clock.now + 40 * DAY) }, own.id);
  const { now } = (await clock(own.id)).body;
  const overview = await owner.call('GET', `/portal/v1/customers/${own.id}/overview`);
  expect(overview.body['as_of']).toBe(now);
});

describe('it is not moved', () => {
  test.each<[string, () => unknown, number, string, string?]>([
    ['back', () => ({ to: iso(core.clock.now - 1) }), 400, 'invalid_request', 'to'],
    ['to now', () => ({ to: iso(core.clock.now) }), 400, 'invalid_request', 'to'],
    [
      'by a year and two days',
      () => ({ to: iso(core.clock.now + 367 * DAY) }),
      400,
      'invalid_request',
      'to',
    ],
    ['to no time', () => ({ to: 'tomorrow' }), 400, 'invalid_request', 'to'],
    ['to a number', () => ({ to: 1_900_000_000 }), 400, 'invalid_request', 'to'],
    ['nowhere', () => ({}), 400, 'invalid_request', 'to'],
    [
      'with what nobody knows',
      () => ({ to: iso(core.clock.now + DAY), by: 1 }),
      400,
      'invalid_request',
      'by',
    ],
  ])('%s', async (_name, body, status, code, at) => {
    const before = await footprint(core.sql);
    const answer = await advance(body());
    expect([answer.status, answer.body['code']]).toEqual([status, code]);
    const paths = (answer.body['errors'] as unknown as { path: string }[]).map(({ path }) => path);
    expect(paths).toContain(at);
    expect(await footprint(core.sql)).toEqual(before);
    expect((await clock()).body).toMatchObject({ ahead_ms: 0 });
  });

  test('of a customer that is not there, or archived', async () => {
    const to = iso(core.clock.now + DAY);
    expect((await advance({ to }, `cus_${'0'.repeat(24)}`)).status).toBe(404);
    expect((await clock(`cus_${'0'.repeat(24)}`)).status).toBe(404);
    await core.admin('DELETE', `/v1/customers/${customer}`);
    expect(await advance({ to })).toMatchObject({ status: 409 });
  });

  test('back, by SQL either', async () => {
    await advance({ to: iso(core.clock.now + DAY) });
    const back = core.sql`update customers set clock_ms = 0 where id = ${customer}`;
    await expect(back).rejects.toMatchObject({ code: '23000' });
  });

  test('where there are as many clocks as there can be', async () => {
    await core.sql`
      insert into customers (id, key_ref, name, clock_ms)
      select 'cus_' || lpad(n::text, 24, '0'), lpad(n::text, 10, '0'), 'X', 60000
        from generate_series(1, ${CLOCKS_MAX}) n`;
    const answer = await advance({ to: iso(core.clock.now + DAY) });
    expect([answer.status, answer.body['code']]).toEqual([409, 'state_conflict']);
  });

  test('where the installation is no test', async () => {
    const plain = await openCore();
    const { id } = await customerWith(plain, {});
    const path = `/v1/customers/${id}/test-clock`;
    const asked = await plain.admin('GET', path);
    expect(asked.body).toMatchObject({ enabled: false, ahead_ms: 0 });
    const to = iso(plain.clock.now + DAY);
    const answer = await plain.admin('POST', `${path}/advance`, { to });
    expect([answer.status, answer.body['code']]).toEqual([409, 'state_conflict']);
    await plain.close();
  });
});

test('a core that is not to know refuses a database where one was moved', async () => {
  await core.sql`update customers set clock_ms = clock_ms + 60000 where id = ${customer}`;
  const { sql } = core;
  const opening = openTestClock({
    ...{ sql, base: () => core.clock.now, isOn: false, log: openLog('test', 'silent') },
  });
  await expect(opening).rejects.toThrow(TestClockError);
});
