import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { close, listen } from '../../src/kit/listen.ts';
import { booksIn } from '../../src/personal/archive.ts';
import { LEFT_OUT } from '../../src/personal/books.ts';
import { hold, person } from '../../src/test/core.ts';
import { openRig, type Rig } from '../stripe/rig.ts';
import { fullCustomer, type Full } from './full-customer.ts';
import { exported } from './unzipped.ts';

type Line = Record<string, unknown>;
const lines: Line[] = [];
const log = pino({ level: 'warn' }, { write: (text) => void lines.push(JSON.parse(text) as Line) });

let rig: Rig;
let [ann, bob]: [Full, Full] = [] as never;
let bearer: Record<string, string>;
beforeAll(async () => {
  rig = await openRig('export', { log });
  [ann, bob] = [await fullCustomer(rig, 'Annsmark'), await fullCustomer(rig, 'Bobsmark')];
  bearer = { authorization: `Bearer ${await rig.core.mint(['admin'])}` };
});
afterAll(() => rig.close());

const whole = (who: Full, query = '') =>
  exported(rig.core, `/v1/customers/${who.id}/export${query}`, bearer);
const rowsIn = (files: Map<string, string>, name: string) =>
  JSON.parse(files.get(name) ?? 'null') as Record<string, unknown>[];

describe('an archive', () => {
  test('has what is stored, each file named by its README', async () => {
    const { status, headers, files } = await whole(ann, '?ledger=true');
    expect(status).toBe(200);
    expect(headers.get('content-disposition')).toMatch(
      /^attachment; filename="cus_\w+-[\d-]+\.zip"/,
    );
    const readme = files.get('README.txt') ?? '';
    for (const { file, isLong } of booksIn({ ledger: true })) {
      expect(readme).toContain(`${file}.csv`);
      expect(files.has(`${file}.csv`), file).toBe(true);
      expect(files.has(`${file}.json`), file).toBe(!isLong);
    }
    expect(rowsIn(files, 'customer.json')).toMatchObject([
      { id: ann.id, name: '=Annsmark GmbH', tax_number: 'Annsmark-TAX' },
    ]);
    for (const [name, count] of [
      ['members.json', 2],
      ['invitations.json', 1],
      ['keys.json', 1],
      ['notices.json', 1],
      ['letters.json', 1],
      ['quota-requests.json', 1],
      ['raised-quotas.json', 1],
      ['invoices.json', 1],
      ['invoice-lines.json', 1],
      ['credit-notes.json', 1],
      ['payments.json', 2],
      ['stripe-customer.json', 1],
    ] as const) {
      expect(rowsIn(files, name), name).toHaveLength(count);
    }
    expect(files.get('requests.csv')).toContain('/users/Annsmark');
    expect(files.get('usage-by-hour.csv')).toMatch(/requests,\w*,?\w*.*7/);
    expect(files.get('ledger.csv')?.trim().split('\r\n')).toHaveLength(2);
    expect(files.get('audit.csv')).toContain('key.create');
    const pages = [...files.keys()].filter((name) => name.startsWith('documents/'));
    expect(pages).toHaveLength(2);
    expect(files.get(pages[0] ?? '')).toContain('Annsmark');
  });

  test('has documents as PDF where they are asked for, the same as by themselves', async () => {
    const { files } = await whole(ann, '?pdf=true');
    const names = [...files.keys()].filter((name) => name.startsWith('documents/'));
    const [pages, prints] = ['.html', '.pdf'].map((kind) =>
      names.filter((name) => name.endsWith(kind)).map((name) => name.slice(0, -kind.length)),
    );
    expect(prints).toEqual(pages);
    expect(prints).toHaveLength(2);
    const { text } = await rig.core.admin('GET', `/v1/invoices/${ann.invoice}/pdf`);
    expect(names.map((name) => files.get(name))).toContain(text);
    expect(files.get('README.txt')).toContain('documents/*.pdf');
    expect([...(await whole(ann)).files.keys()].join()).not.toContain('.pdf');
  });

  test('has not a byte of another customer, no secret, and no hash of one', async () => {
    const hidden = await rig.core.sql<{ text: string }[]>`
      select encode(secret_hash, 'hex') as text from api_keys
       union all select encode(token_hash, 'hex') from invitations
       union all select password from accounts where password is not null
       union all select token from sessions`;
    for (const [who, other] of [
      [ann, bob],
      [bob, ann],
    ] as const) {
      const { files } = await whole(who, '?ledger=true');
      const all = [...files.entries()].flat().join('\n');
      expect(all).toContain(who.mark);
      for (const text of [other.mark, other.id, other.owner.id, other.invoice]) {
        expect(all).not.toContain(text);
        expect(all.toLowerCase()).not.toContain(text.toLowerCase());
      }
      for (const { text } of hidden) expect(all).not.toContain(text);
    }
  });

  test('has no cell that a spreadsheet takes for a formula', async () => {
    const { files } = await whole(ann);
    expect(files.get('customer.csv')).toContain(`'=Annsmark GmbH`);
    expect(files.get('customer.csv')).not.toMatch(/(^|,|")=Annsmark/m);
  });

  test('is written down, and asked for by HEAD it is not', async () => {
    const entries = async () =>
      (
        (await rig.core.admin('GET', `/v1/audit?subject_id=${bob.id}&action=customer.export`)).body[
          'data'
        ] as unknown as object[]
      ).length;
    const before = await entries();
    await rig.core.app.request(`/v1/customers/${bob.id}/export`, {
      method: 'HEAD',
      headers: bearer,
    });
    expect(await entries()).toBe(before);
    await whole(bob);
    expect(await entries()).toBe(before + 1);
  });
});

test('owners have theirs; other members, and admins who view, have none', async () => {
  const { core } = rig;
  const own = (who: Full['owner'], of: Full) =>
    exported(core, `/portal/v1/customers/${of.id}/export`, { cookie: who.cookie });
  const { status, files } = await own(ann.owner, ann);
  expect(status).toBe(200);
  expect(rowsIn(files, 'customer.json')).toMatchObject([{ id: ann.id }]);
  expect((await own(ann.other, ann)).status).toBe(403);
  expect((await own(bob.owner, ann)).status).toBe(404);
  const admin = await person(core, 'admin');
  const view = { customer_id: ann.id, reason: 'To see what is there' };
  expect((await admin.call('POST', '/v1/customer-views', view)).status).toBe(201);
  expect((await own(admin, ann)).status).toBe(403);
});

test('what is asked for wrongly is refused', async () => {
  for (const [path, status, code] of [
    [`/v1/customers/cus_${'0'.repeat(24)}/export`, 404, 'not_found'],
    [`/v1/customers/nobody/export`, 400, 'invalid_request'],
    [`/v1/customers/${ann.id}/export?ledger=yes`, 400, 'invalid_request'],
    [`/v1/customers/${ann.id}/export?all=1`, 400, 'invalid_request'],
  ] as const) {
    const answer = await rig.core.admin('GET', path);
    expect([path, answer.status, answer.body['code']]).toEqual([path, status, code]);
  }
});

describe('readers', () => {
  const ask = (who: Full, query = '') =>
    rig.core.app.request(`/v1/customers/${who.id}/export${query}`, { headers: bearer });
  async function free(who: Full): Promise<void> {
    await expect.poll(async () => (await whole(who)).status, { timeout: 20_000 }).toBe(200);
  }
  /** Holds the ledger, so that an archive with it does not end. */
  const held = () => hold(rig.core.sql, (own) => own`lock table usage_entries`);

  /** Waits until one is held up by that. Out: its process. */
  async function stuck(): Promise<number[]> {
    const pids = async () =>
      (
        await rig.core.sql<{ pid: number }[]>`select pid from pg_stat_activity
          where wait_event_type = 'Lock' and datname = current_database()`
      ).map(({ pid }) => pid);
    await expect.poll(pids, { timeout: 20_000 }).toHaveLength(1);
    return pids();
  }

  test('are two at once, one of each customer; the next one comes again', async () => {
    const carol = await fullCustomer(rig, 'Carolsmark');
    lines.length = 0;
    const one = await ask(ann);
    const again = await ask(ann);
    expect([again.status, again.headers.get('retry-after')]).toEqual([503, '30']);
    expect(await again.json()).toMatchObject({
      detail: 'An archive of this customer is being read already',
    });
    const two = await ask(bob);
    expect(two.status).toBe(200);
    const third = await ask(carol);
    expect([third.status, third.headers.get('retry-after')]).toEqual([503, '30']);
    expect(lines.map(({ level, msg }) => [level, msg])).toEqual([
      [40, 'request put off'],
      [40, 'request put off'],
    ]);
    await Promise.all([one.body?.cancel(), two.body?.cancel()]);
    await free(ann);
    await free(carol);
  });

  test('may take nothing for ten minutes', async () => {
    const ledger = await held();
    lines.length = 0;
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const reader = (await ask(ann, '?ledger=true')).body?.getReader();
      await stuck();
      vi.advanceTimersByTime(599_000);
      expect((await ask(ann)).status).toBe(503);
      expect(lines.map(({ msg }) => msg)).toEqual(['request put off']);
      expect(await reader?.read()).toMatchObject({ done: false });
      vi.advanceTimersByTime(601_000);
    } finally {
      vi.useRealTimers();
    }
    await ledger.commit();
    await expect.poll(() => lines.at(-1)?.reason, { timeout: 20_000 }).toBe('nobody reads');
    await free(ann);
  });

  test('are hung up on when it fails on the way, with one line in the log', async () => {
    const { sql, app } = rig.core;
    const printed = vi.spyOn(console, 'error');
    const door = { clock: () => rig.core.clock.now, log };
    const server = await listen(app.fetch, { host: '127.0.0.1', port: 0 }, door);
    const { port } = server.address() as AddressInfo;
    const ledger = await held();
    lines.length = 0;
    const path = `/v1/customers/${ann.id}/export?ledger=true`;
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers: bearer });
    const read = answer.arrayBuffer().then(
      () => 'whole',
      () => 'cut',
    );
    const [pid] = await stuck();
    await sql`select pg_cancel_backend(${pid ?? 0})`;
    expect(await read).toBe('cut');
    await ledger.commit();
    await expect.poll(() => lines.length).toBe(1);
    const { level, msg, customer_id, err } = lines[0] ?? {};
    expect([level, msg, customer_id, err]).toEqual([
      ...[40, 'an export broke off', ann.id],
      undefined,
    ]);
    expect(printed).not.toHaveBeenCalled();
    printed.mockRestore();
    await close(server, 0);
  });
});

test('each table with rows of customers is in it, or is left out with a reason', async () => {
  const tables = await rig.core.sql<{ name: string }[]>`
    select relname as name from pg_class
      join pg_attribute on attrelid = pg_class.oid and attname in ('customer_id', 'for_customer')
     where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
       and not relispartition`;
  const told = new Set(booksIn({ ledger: true }).flatMap(({ of }) => of));
  const silent = tables.map(({ name }) => name).filter((name) => !told.has(name));
  expect(silent.toSorted()).toEqual(Object.keys(LEFT_OUT).toSorted());
});
