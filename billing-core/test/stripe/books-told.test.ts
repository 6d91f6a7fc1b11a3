import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Attention } from '../../src/contract/attention.ts';
import type { CustomerTotals, RowsBehind } from '../../src/contract/reconciliation.ts';
import { measureMoney } from '../../src/alerts/metrics.ts';
import { openMetrics } from '../../src/kit/metrics.ts';
import { hasGrown, letterOf } from '../../src/reconciliation/alert.ts';
import { csvOf } from '../../src/reconciliation/csv.ts';
import { person } from '../../src/test/core.ts';
import { allOf, comparedIn, DAY, openRig, type Rig } from './rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await openRig('books-told');
});
afterAll(() => rig.close());

const read = async <Body>(path: string): Promise<Body> => {
  const answer = await rig.core.admin('GET', path);
  expect(answer.status, answer.text).toBe(200);
  return answer.body as unknown as Body;
};
const theirsOf = (id: string): { id: string; total: number } => {
  const one = allOf(rig.sim, 'invoice').find((each) => each.metadata?.['tollgate_invoice'] === id);
  if (one === undefined) throw new Error('not at Stripe');
  return one;
};

describe('what each book has of a customer and month', () => {
  test('is told stage by stage, each currency by itself, and what differs first', async () => {
    const [one, other] = [await rig.customer(), await rig.customer('pm_card_visa')];
    await rig.core.sql`update customers set currency = 'EUR' where id = ${other}`;
    await rig.core.sql`
      insert into gateway_counts (gateway_id, boot_id, customer_id, meter_id, day, requests,
                                  quantity, billable_quantity)
      select 'gw_1', 'bt_1', ${one}, 'mtr_requests',
             ${Math.floor(rig.core.clock.now / DAY)}, 7, 7, 7`;
    const [ours, theirs] = [await rig.invoice(one), await rig.invoice(other)];
    await rig.settle();
    const { id, state, data, stages } = await comparedIn(rig);
    expect([state, data.map(({ kind, here, there }) => [kind, here, there])]).toEqual([
      'different',
      [['counts', '0', '7']],
    ]);
    expect(stages.map(({ stage, sums }) => [stage, sums])).toEqual([
      ['ledger', []],
      ...['rated', 'invoiced', 'stripe'].map((stage) => [
        stage,
        ['EUR', 'USD'].map((currency) => ({ currency, here: '1000', there: '1000' })),
      ]),
    ]);
    const period = new Date(rig.core.clock.now).toISOString().slice(0, 7);
    const same = ['rated', 'invoiced', 'stripe'].map((stage) => {
      return { stage, here: '1000', there: '1000' };
    });
    const path = `/v1/reconciliations/${id}/totals`;
    expect((await read<{ data: CustomerTotals[] }>(path)).data).toEqual([
      {
        customer: { id: one, name: 'Acme' },
        period,
        currency: 'USD',
        differing: 1,
        stages: [{ stage: 'ledger', here: '0', there: '7' }, ...same],
      },
      {
        customer: { id: other, name: 'Acme' },
        period,
        currency: 'EUR',
        differing: 0,
        stages: same,
      },
    ]);
    const of = async (query: string) =>
      (await read<{ data: CustomerTotals[] }>(`${path}?${query}`)).data.map((row) => row.currency);
    expect(await of('only=differing')).toEqual(['USD']);
    expect(await of(`customer_id=${other}`)).toEqual(['EUR']);
    const first = await read<{ next_cursor: string }>(`${path}?limit=1`);
    expect(await of(`limit=1&cursor=${first.next_cursor}`)).toEqual(['EUR']);
    const { data: rows } = await read<RowsBehind>(`/v1/reconciliations/${id}/differences/0/rows`);
    expect(rows).toMatchObject([
      { kind: 'boot', id: 'gw_1/bt_1', facts: { counted_requests: '7', ledger_requests: '0' } },
    ]);
    await rig.core.sql`delete from gateway_counts`;
    expect([ours.currency, theirs.currency]).toEqual(['USD', 'EUR']);
  });

  test.each([
    ['totals?only=all', 400],
    ['totals?customer_id=x', 400],
    ['totals?cursor=x', 400],
    ['totals?limit=0', 400],
    ['differences/x/rows', 400],
    ['differences/-1/rows', 400],
    ['differences/1.5/rows', 400],
    ['differences/99999999999/rows', 400],
    ['differences/999/rows', 404],
  ])('%s is answered %d', async (path, status) => {
    const { id } = await comparedIn(rig);
    const answer = await rig.core.admin('GET', `/v1/reconciliations/${id}/${path}`);
    expect(answer.status, answer.text).toBe(status);
  });

  test.each(['totals', 'differences', 'differences.csv', 'differences/0/rows'])(
    '%s of a reconciliation that nobody has is not found, and is for admins only',
    async (path) => {
      const whole = `/v1/reconciliations/rcn_${'0'.repeat(24)}/${path}`;
      expect((await rig.core.admin('GET', whole)).status).toBe(404);
      const { cookie } = await person(rig.core);
      const headers = { cookie, origin: 'http://portal.test' };
      expect((await rig.core.call('GET', whole, { headers })).status).toBe(403);
    },
  );
});

describe('admins are told that the books differ', () => {
  let email: string;
  beforeAll(async () => {
    const admin = await person(rig.core);
    email = admin.email;
    await rig.core.sql`update users set role = 'admin' where email = ${email}`;
  });
  beforeEach(() => {
    rig.core.letters.length = 0;
  });
  const QUICK = { timeout: 20_000, interval: 50 };
  const metrics = openMetrics();
  const metric = async (name: string) =>
    (await metrics.registry.metrics()).split('\n').filter((line) => line.startsWith(`${name}{`));

  test('by letter, once; again when there is more of it; and anew after it was clean', async () => {
    measureMoney({ ...rig.kit, registry: metrics.registry }, true);
    const ours = await rig.invoice(await rig.customer());
    const other = await rig.invoice(await rig.customer());
    await rig.settle();
    expect((await comparedIn(rig)).state).toBe('clean');
    const jobs = await rig.work();
    const sums: [string, number, number][] = [
      ['first', 999, 1],
      ['the same', 999, 0],
      ['more of it', 990, 1],
      ['less of it', 999, 0],
    ];
    for (const [what, total, letters] of sums) {
      rig.core.letters.length = 0;
      theirsOf(ours.id).total = total;
      const { told_at } = await comparedIn(rig);
      expect([what, told_at !== null]).toEqual([what, letters === 1]);
      await vi.waitFor(() => expect(rig.core.letters).toHaveLength(letters), QUICK);
    }
    theirsOf(other.id).total = 1;
    const { id } = await comparedIn(rig);
    await vi.waitFor(() => expect(rig.core.letters).toHaveLength(1), QUICK);
    const [letter] = rig.core.letters;
    expect(letter).toMatchObject({ to: email, subject: 'The books differ: 2' });
    expect(letter?.text).toContain(`http://portal.test/admin/reconciliation/${id}`);
    expect(letter?.text).toContain(`total of ${other.id}: 1000 here, 1 there USD`);
    expect(await read<Attention>('/v1/attention')).toMatchObject({
      books: { id, state: 'different', differing: 2 },
    });
    expect(await metric('reconciliation_differences')).toContain(
      'reconciliation_differences{stage="stripe"} 2',
    );
    for (const each of [ours, other]) theirsOf(each.id).total = 1_000;
    expect((await comparedIn(rig)).state).toBe('clean');
    rig.core.letters.length = 0;
    theirsOf(ours.id).total = 999;
    await comparedIn(rig);
    await vi.waitFor(() => expect(rig.core.letters).toHaveLength(1), QUICK);
    theirsOf(ours.id).total = 1_000;
    await jobs.stop();
  });

  test('and that nobody knows, when they could not be compared', async () => {
    await comparedIn(rig);
    const jobs = await rig.work();
    rig.fault({ fault: 'error', method: 'GET', path: '/v1/invoices', times: -1 });
    for (const letters of [1, 0]) {
      rig.core.letters.length = 0;
      const { state, said } = await comparedIn(rig);
      expect([state, said === '']).toEqual(['failed', false]);
      await vi.waitFor(() => expect(rig.core.letters).toHaveLength(letters), QUICK);
    }
    rig.sim.faults.rules = [];
    await jobs.stop();
  });
});

describe('whether there is more to tell', () => {
  const named = (more: object = {}) => ({
    ...{
      stage: 'stripe' as const,
      kind: 'total' as const,
      customerId: 'cus_1',
      subjectId: 'inv_1',
    },
    here: '1000',
    there: '990',
    detail: {},
    ...more,
  });
  const found = (differences: ReturnType<typeof named>[], differing = differences.length) => ({
    state: 'different' as const,
    stages: [{ stage: 'stripe', differing }],
    differences,
  });
  const clean = { state: 'clean' as const, stages: [], differences: [] };

  test.each([
    ['nothing was compared before', undefined, found([named()]), true],
    ['it was clean before', clean, found([named()]), true],
    ['it is the same', found([named()]), found([named()]), false],
    ['it is less', found([named()]), found([named({ there: '995' })]), false],
    ['it is less, the other way', found([named()]), found([named({ there: '1009' })]), false],
    ['it is more', found([named()]), found([named({ there: '989' })]), true],
    ['it is of a line', found([named()]), found([named({ detail: { line: '1' } })]), true],
    ['there are more than are named', found([named()]), found([named()], 2), true],
    ['one of two is gone', found([named(), named({ kind: 'paid' })]), found([named()]), false],
    [
      'a state is another one',
      found([named({ there: 'void' })]),
      found([named({ there: 'paid' })]),
      false,
    ],
    [
      'a quantity is a bit more',
      found([named({ there: '1000.5' })]),
      found([named({ there: '1000.51' })]),
      true,
    ],
  ])('when %s', (_when, before, now, is) => {
    expect(hasGrown(before, now)).toBe(is);
  });

  test('of a failed one is told once', () => {
    const failed = { state: 'failed' as const, stages: [], differences: [] };
    expect([hasGrown(clean, failed), hasGrown(failed, failed)]).toEqual([true, false]);
    expect(hasGrown(found([named()]), clean)).toBe(false);
  });

  test('the same letter is the same message', () => {
    const told = { id: 'rcn_1', said: '', ...found([named()]) };
    const to = { to: 'a@b.example', userId: 'usr_1', publicUrl: 'https://portal.example' };
    expect(letterOf(told, to)).toEqual(letterOf(told, to));
    expect(letterOf(told, to).messageId).toBe('<rcn_1.usr_1@portal.example>');
  });
});

test('a name that a spreadsheet would take for a formula is text in the file', () => {
  const one = {
    position: 0,
    stage: 'stripe' as const,
    kind: 'total' as const,
    period: '2026-11',
    subject_id: 'inv_1',
    here: '-5',
    there: '7',
    repair: null,
    repairs: [],
    repaired_at: null,
    repairing: false,
    repair_said: '',
    detail: { currency: 'USD', stripe_id: 'in_1' },
  };
  const names = ['=cmd()', '+1', '-1+1', '@a', '\tb', 'Miller, "Joe"\nLtd', 'Grüße ✓', '-7'];
  const lines = names.map((name) => csvOf([{ ...one, customer: { id: 'cus_1', name } }]));
  const cells = lines.map((text) =>
    text.slice(text.indexOf('cus_1,') + 6, text.indexOf(',2026-11')),
  );
  expect(cells).toEqual([
    "'=cmd()",
    "'+1",
    "'-1+1",
    "'@a",
    '"\'\tb"',
    '"Miller, ""Joe""\nLtd"',
    'Grüße ✓',
    '-7',
  ]);
  expect(lines[0]).toMatch(/-5,7,USD,,,,stripe_id=in_1\r\n$/);
});
