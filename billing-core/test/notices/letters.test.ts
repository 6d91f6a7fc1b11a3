import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { FailedJob } from '../../src/contract/job.ts';
import { DAY_MS } from '../../src/kit/clock.ts';
import { newId } from '../../src/kit/id.ts';
import { startJobs, type Jobs } from '../../src/kit/jobs.ts';
import { openLog } from '../../src/kit/log.ts';
import { openMail, type Mail } from '../../src/kit/mail.ts';
import { askForLetters, noticesJobs, sendLetter } from '../../src/notices/jobs.ts';
import { recordNotice } from '../../src/notices/record.ts';
import { customerWith, openCore, person, PORTAL, type Core } from '../../src/test/core.ts';
import { mailServer, type MailServer } from './mail-server.ts';

// What a customer is to be told is told once, whoever sees it, and its letters arrive.

const QUICK = { timeout: 20_000, interval: 50 };
const log = openLog('test', 'silent');
const RETRIES = 3;

let core: Core;
let server: MailServer;
let jobs: Jobs;
let customer: { id: string };
let owner: string;

beforeAll(async () => {
  core = await openCore();
  const kit = { sql: core.sql, log, clock: () => core.clock.now };
  // Each test has a mail server of its own.
  const mail: Mail = { ...openMail(mailSettings('smtp://127.0.0.1:1')), deliver };
  const sending = noticesJobs({ ...kit, mail, publicUrl: PORTAL });
  jobs = startJobs(
    kit,
    sending.map((job) => ({ ...job, retries: RETRIES })),
    { retryFirstS: 0 },
  );
  await jobs.begun;
});
afterAll(async () => {
  await jobs.stop();
  await core.close();
});
beforeEach(async () => {
  server = await mailServer();
  await core.sql`delete from pgboss.job`;
  await core.sql`delete from notice_letters`;
  const [ann, bob, eve] = [await person(core), await person(core), await person(core)];
  owner = ann.email;
  customer = await customerWith(core, { owner: ann, billing: bob, viewer: eve });
});
afterEach(() => server.close());

const wanted = (subject: string, more: object = {}) => ({
  customerId: customer.id,
  kind: 'payment_reminder' as const,
  subject,
  title: 'Invoice INV-000001 is due',
  body: 'Please pay $10.00.',
  path: '/invoices/inv_1',
  detail: { step: '1' },
  at: core.clock.now,
  ...more,
});
const record = (subject: string, more: object = {}) =>
  core.sql.begin((tx) => recordNotice(tx, wanted(subject, more)));

const mailSettings = (smtpUrl: string) => ({
  smtpUrl,
  mailDir: undefined,
  from: 'Tollgate <no-reply@portal.test>',
  log,
});
const deliver: Mail['deliver'] = (letter) => openMail(mailSettings(server.url)).deliver(letter);
const work = () => askForLetters(core.sql);
const letters = (noticeId: string | undefined) =>
  core.sql<{ address: string; state: string; tries: number; unsure: boolean; said: string }[]>`
    select address, state, tries, unsure, said from notice_letters
     where notice_id = ${noticeId ?? ''} order by address`;
const states = async (noticeId: string | undefined) =>
  [...(await letters(noticeId))].map(({ state }) => state);
const settle = (noticeId: string | undefined, expected: string[]) =>
  vi.waitFor(async () => expect(await states(noticeId)).toEqual(expected), QUICK);

describe('a notice', () => {
  test('is recorded by one of many that see the same at once, with its letters', async () => {
    const ids = await Promise.all(Array.from({ length: 6 }, () => record('at once')));
    const told = ids.filter((id) => id !== undefined);
    expect(told).toHaveLength(1);
    expect(await states(told[0])).toEqual(['waiting', 'waiting']);
    expect(await record('at once')).toBe(undefined);
  });

  test('is another one for another customer, kind or subject', async () => {
    const other = await customerWith(core, {});
    const all = [
      await record('same'),
      await record('other'),
      await record('same', { customerId: other.id }),
      await record('same', { kind: 'payment_failed' }),
    ];
    expect(new Set(all).size).toBe(4);
    expect(all).not.toContain(undefined);
  });

  test('of a transaction that is taken back was never there', async () => {
    const gone = core.sql.begin(async (tx) => {
      await recordNotice(tx, wanted('gone'));
      throw new Error('taken back');
    });
    await expect(gone).rejects.toThrow('taken back');
    expect(await core.sql`select from notices where subject = 'gone'`).toHaveLength(0);
    expect(await record('gone')).toBeDefined();
  });

  test('is neither changed nor removed', async () => {
    await record('kept');
    await expect(core.sql`update notices set title = 'x'`).rejects.toMatchObject({ code: '23000' });
    await expect(core.sql`delete from notices`).rejects.toMatchObject({ code: '23000' });
  });
});

describe('its letters', () => {
  test('go to owners and those who see to bills, each once', async () => {
    await record('sent');
    await work();
    await vi.waitFor(() => expect(server.arrived).toHaveLength(2), QUICK);
    const [one] = server.arrived.filter(({ to }) => to === owner);
    expect(one).toMatchObject({ subject: 'Invoice INV-000001 is due' });
    expect(one?.text).toContain('Please pay $10.00.');
    expect(one?.text).toContain(`${PORTAL}/c/${customer.id}/invoices/inv_1`);
    expect(new Set(server.arrived.map(({ messageId }) => messageId)).size).toBe(2);
    await askForLetters(core.sql);
    const left = () => core.sql`select from pgboss.job where name = 'notices.send'
      and state in ('created', 'retry', 'active')`;
    await vi.waitFor(async () => expect(await left()).toHaveLength(0), QUICK);
    expect(server.arrived).toHaveLength(2);
  });

  test('are plain text: a name that is markup arrives as it was written', async () => {
    const evil = '<img src=x onerror=alert(1)>';
    const noticed = { title: `80 % of ${evil} used`, body: `Of ${evil} there is little left.` };
    const id = await record('markup', noticed);
    await work();
    await settle(id, ['sent', 'sent']);
    const [one] = server.arrived;
    expect(one?.type).toMatch(/^text\/plain\b/);
    expect(one?.subject).toBe(noticed.title);
    expect(one?.text.replaceAll('=\n', '').replaceAll('=3D', '=')).toContain(noticed.body);
  });

  test('to an address that nobody confirmed are so many a day, of all customers', async () => {
    const { sql, clock } = core;
    await sql`update users set email_verified = true where email = ${owner}`;
    for (const address of [owner, 'theirs@other.test']) {
      await sql`
        insert into notices (id, customer_id, kind, subject, title, body, path, detail, at)
        select ${newId('ntc', clock.now)} || n, ${customer.id}, 'quota', 'n ' || n || ${address},
               '', '', '', '{}', now() from generate_series(1, 100) n`;
      await sql`
        insert into notice_letters (id, notice_id, address, state)
        select ${newId('ntl', clock.now - DAY_MS + 1_000)} || n, id, ${address}, 'asked'
          from notices cross join lateral (select substring(subject from 'n ([0-9]+)') as n) n
         where subject like 'n %' || ${address}`;
    }
    const path = `/v1/customers/${customer.id}/notice-settings`;
    const addresses = [owner, 'theirs@other.test', 'third@other.test'];
    await core.admin('PUT', path, { addresses, mailed: ['payment_reminder'] });
    const byAddress = async (id: string | undefined) =>
      Object.fromEntries((await letters(id)).map(({ address, state }) => [address, state]));
    const others = { [owner]: 'waiting', 'third@other.test': 'waiting' };
    const full = await record('full');
    expect(await byAddress(full)).toEqual({ ...others, 'theirs@other.test': 'refused' });
    const [, theirs] = await letters(full);
    expect([theirs?.address, theirs?.said]).toEqual([
      'theirs@other.test',
      'not sent: 100 e-mails in a day to an unconfirmed address',
    ]);
    clock.now += 2_000;
    expect(await byAddress(await record('the next day'))).toEqual({
      ...{ ...others, 'theirs@other.test': 'waiting' },
    });
  });

  test('are tried again while the mail server says not now, and others do not wait', async () => {
    let busy = 2;
    server.answer = (at, to) =>
      at === 'recipient' && to === owner && (busy -= 1) >= 0 ? '451 later' : '250 well';
    const id = await record('later');
    await work();
    await settle(id, ['sent', 'sent']);
    expect(server.arrived).toHaveLength(2);
    expect([...(await letters(id))].find(({ address }) => address === owner)).toMatchObject({
      ...{ tries: 3, unsure: false, said: null },
    });
  });

  test('that an address refuses for good are not tried again, and say why', async () => {
    server.answer = (at, to) =>
      at === 'recipient' && to === owner ? '550 nobody of that name' : '250 well';
    const id = await record('refused');
    await work();
    await vi.waitFor(
      async () => expect((await states(id)).toSorted()).toEqual(['refused', 'sent']),
      QUICK,
    );
    const refused = (await letters(id)).find(({ state }) => state === 'refused');
    expect(refused).toMatchObject({ address: owner, tries: 1 });
    expect(refused?.said).toContain('nobody of that name');
  });

  test('that fail after all tries are failed jobs, sent when an admin says so', async () => {
    server.answer = () => '451 full';
    const id = await record('failed');
    await work();
    const failed = async () =>
      (await core.admin('GET', '/v1/failed-jobs')).body['data'] as unknown as FailedJob[];
    await vi.waitFor(async () => expect(await failed()).toHaveLength(2), QUICK);
    expect((await failed())[0]).toMatchObject({ name: 'notices.send', tries: RETRIES + 1 });
    expect(await states(id)).toEqual(['asked', 'asked']);
    server.answer = () => '250 well';
    for (const job of await failed()) {
      expect((await core.admin('POST', `/v1/failed-jobs/${job.id}/retry`)).status).toBe(200);
    }
    await settle(id, ['sent', 'sent']);
    expect(server.arrived).toHaveLength(2);
  });

  test('whose end nobody heard are sent again as the same message, and say so', async () => {
    let cut = true;
    server.answer = (at, to) => {
      if (at === 'recipient' || to !== owner || !cut) return '250 well';
      cut = false;
      return 'hang up';
    };
    const id = await record('unsure');
    await work();
    await settle(id, ['sent', 'sent']);
    const mine = server.arrived.filter(({ to }) => to === owner);
    expect(mine).toHaveLength(2);
    expect(new Set(mine.map(({ messageId }) => messageId)).size).toBe(1);
    expect([...(await letters(id))].find(({ address }) => address === owner)).toMatchObject({
      ...{ tries: 2, unsure: true },
    });
  });

  test('of a core that was killed in the middle are sent by the next one', async () => {
    const id = await record('killed');
    await core.sql`update notice_letters set state = 'sending', tries = 1
      where notice_id = ${id as string} and address = ${owner}`;
    const [letter] = await core.sql<{ id: string }[]>`
      select id from notice_letters where notice_id = ${id as string} and address = ${owner}`;
    const mail = openMail(mailSettings(server.url));
    const kit = { sql: core.sql, log, clock: () => core.clock.now, mail, publicUrl: PORTAL };
    await sendLetter(kit, letter?.id ?? '');
    expect(server.arrived).toHaveLength(1);
    // Asked for once more, as a job may be: there is nothing to be sent any more.
    await sendLetter(kit, letter?.id ?? '');
    expect(server.arrived).toHaveLength(1);
    const mine = (await letters(id)).find(({ address }) => address === owner);
    expect(mine).toMatchObject({ state: 'sent', tries: 2, unsure: true });
  });
});
