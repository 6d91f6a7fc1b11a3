import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Invoice } from '../../src/contract/invoice.ts';
import type { Reconciliation, ShownDifference } from '../../src/contract/reconciliation.ts';
import { repair } from '../../src/reconciliation/repair.ts';
import { followChanges } from '../../src/stripe/run.ts';
import { allOf, comparedIn, line, openRig, type Rig } from './rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await openRig('reconciliation');
});
afterAll(() => rig.close());
// Each test leaves the books as clean as it found them.
beforeEach(async () => {
  const { state, data } = await compared();
  if (state !== 'clean') throw new Error(`not clean: ${JSON.stringify(data)}`);
});

const CARD = 'pm_card_visa';
const read = async <Body>(path: string): Promise<Body> => {
  const answer = await rig.core.admin('GET', path);
  expect(answer.status, answer.text).toBe(200);
  return answer.body as unknown as Body;
};

const compared = () => comparedIn(rig);

const told = ({ data }: { data: ShownDifference[] }) =>
  data.map(({ kind, here, there, repair: how }) => [kind, here, there, how]);

async function repairAll({ id, data }: { id: string; data: ShownDifference[] }): Promise<void> {
  for (const { position } of data) await repair(rig.kit, { id, position });
  await rig.settle();
}

async function open(): Promise<{ ours: Invoice; theirs: { id: string; status: unknown } }> {
  const ours = await rig.invoice(await rig.customer());
  await rig.settle();
  const theirs = allOf(rig.sim, 'invoice').find(
    ({ metadata }) => metadata?.['tollgate_invoice'] === ours.id,
  );
  if (theirs === undefined) throw new Error('not at Stripe');
  return { ours, theirs };
}

describe('books that say the same', () => {
  test('are clean over all that can become of an invoice, and their totals are told', async () => {
    const paid = await rig.invoice(await rig.customer(CARD), [line(700), line(300)]);
    await rig.settle();
    await rig.post(paid.id, 'credit-notes', { reason: 'Agreed', amount: '400' });
    await rig.post(paid.id, 'payments', { kind: 'refund', method: 'stripe' });
    const partly = await rig.invoice(await rig.customer());
    const gone = await rig.invoice(await rig.customer());
    await rig.settle();
    await rig.post(partly.id, 'payments', { amount: '100', method: 'transfer' });
    await rig.post(gone.id, 'void');
    await rig.settle();
    const { state, stages } = await compared();
    expect(state).toBe('clean');
    expect(stages.map(({ stage, differing }) => [stage, differing])).toEqual([
      ['ledger', 0],
      ['rated', 0],
      ['invoiced', 0],
      ['stripe', 0],
    ]);
    const [invoiced, stripe] = stages.slice(2);
    expect(invoiced).toMatchObject({ here: 'USD 3000', there: 'USD 3000' });
    expect(stripe).toMatchObject({ compared: 3, here: 'USD 3000', there: 'USD 3000' });
  });

  test('are clean when money went back without a credit note and is owed again', async () => {
    const ours = await rig.invoice(await rig.customer(CARD));
    await rig.settle();
    await rig.post(ours.id, 'payments', { kind: 'refund', method: 'stripe', amount: '1000' });
    await rig.settle();
    expect((await rig.read(ours.id)).state).toBe('open');
    expect((await compared()).state).toBe('clean');
  });

  test('of whom is just being told are left out', async () => {
    await rig.invoice(await rig.customer());
    await followChanges(rig.kit);
    expect((await compared()).state).toBe('clean');
    await rig.settle();
  });
});

describe('a difference is named, and repaired when somebody says so', () => {
  test('an invoice that is not at Stripe any more', async () => {
    const { ours, theirs } = await open();
    rig.sim.world.tables.invoice.delete(theirs.id);
    const found = await compared();
    expect(told(found)).toEqual([['missing_there', '1000', '', 'tell_again']]);
    expect(found.data[0]).toMatchObject({ subject_id: ours.id, customer: { name: 'Acme' } });
    await repairAll(found);
  });

  test('one that is there twice', async () => {
    const { ours, theirs } = await open();
    const { customer = '' } = await rig.stripe.invoices.retrieve(theirs.id);
    const metadata = { tollgate_invoice: ours.id };
    const twin = await rig.stripe.invoices.create({ customer: customer as string, metadata });
    await rig.stripe.invoices.addLines(twin.id, { lines: [{ amount: 500, description: 'x' }] });
    await rig.stripe.invoices.finalizeInvoice(twin.id);
    const found = await compared();
    expect(told(found)).toEqual([['twice_there', theirs.id, twin.id, 'void_double']]);
    await repairAll(found);
    expect((await rig.stripe.invoices.retrieve(twin.id)).status).toBe('void');
    expect((await rig.stripe.invoices.retrieve(theirs.id)).status).toBe('open');
  });

  test('an end here that Stripe was not told of', async () => {
    const { ours, theirs } = await open();
    await rig.post(ours.id, 'void');
    await rig.settle();
    // As if somebody had opened it there again.
    Object.assign(theirs, { status: 'open' });
    const found = await compared();
    expect(told(found)).toEqual([['state', 'void', 'open', 'tell_again']]);
    await repairAll(found);
    expect((await rig.stripe.invoices.retrieve(theirs.id)).status).toBe('void');
  });

  test('an end and money that nobody told of', async () => {
    const { ours, theirs } = await open();
    Object.assign(theirs, { status: 'void' });
    const found = await compared();
    expect(told(found)).toEqual([['state', 'open', 'void', 'read_again']]);
    await repairAll(found);
    expect((await rig.read(ours.id)).state).toBe('void');
    const other = await open();
    await rig.stripe.invoices.pay(other.theirs.id, { payment_method: await someCard(other) });
    const unpaid = await compared();
    expect(told(unpaid)).toEqual([
      ['paid', '0', '1000', 'read_again'],
      ['state', 'open', 'paid', 'read_again'],
    ]);
    await repairAll(unpaid);
    expect((await rig.read(other.ours.id)).state).toBe('paid');
  });

  async function someCard({ theirs }: { theirs: { id: string } }): Promise<string> {
    const { customer } = await rig.stripe.invoices.retrieve(theirs.id);
    return (await rig.stripe.paymentMethods.attach(CARD, { customer: customer as string })).id;
  }

  test('another total, another credit, and an invoice that nobody knows', async () => {
    const { theirs } = await open();
    Object.assign(theirs, { total: 999 });
    const note = await rig.stripe.creditNotes.create({ invoice: theirs.id, amount: 10 });
    const stranger = await rig.stripe.invoices.create({
      customer: (await rig.stripe.invoices.retrieve(theirs.id)).customer as string,
      metadata: { tollgate_invoice: 'inv_of_another_database' },
    });
    expect(told(await compared())).toEqual([
      ['total', '1000', '999', null],
      ['credited', '0', '10', null],
      ['remaining', '1000', '990', null],
      ['unknown_here', '', '0', null],
    ]);
    Object.assign(theirs, { total: 1_000 });
    await rig.stripe.creditNotes.voidCreditNote(note.id);
    await rig.stripe.invoices.del(stranger.id);
  });

  test('a line that is not what it was rated, and an invoice that is not its lines', async () => {
    const { ours } = await open();
    const { sql } = rig.core;
    const set = async (gross: number, amount: number): Promise<void> => {
      await sql`alter table invoice_lines disable trigger user`;
      await sql`update invoice_lines set gross = ${gross}, amount = ${amount}
        where invoice_id = ${ours.id}`;
      await sql`alter table invoice_lines enable trigger user`;
    };
    await set(1_001, 1_002);
    expect(told(await compared())).toEqual([
      ['rounding', '1002', '1000', null],
      ['sum', '1000', '1001', null],
    ]);
    await set(1_000, 1_000);
  });
});

test('an admin has the books compared and a difference repaired through the API', async () => {
  const { ours, theirs } = await open();
  Object.assign(theirs, { status: 'uncollectible' });
  const jobs = await rig.work();
  const { id } = (await rig.core.admin('POST', '/v1/reconciliations')).body as unknown as {
    id: string;
  };
  const quick = { timeout: 15_000, interval: 50 };
  await vi.waitFor(async () => {
    const { data } = await read<{ data: Reconciliation[] }>('/v1/reconciliations');
    expect(data[0]).toMatchObject({ id, state: 'different' });
  }, quick);
  const asked = await rig.core.admin('POST', `/v1/reconciliations/${id}/repairs`, { position: 0 });
  expect(asked.status, asked.text).toBe(202);
  await vi.waitFor(async () => {
    expect((await rig.read(ours.id)).state).toBe('uncollectible');
  }, quick);
  const none = await rig.core.admin('POST', `/v1/reconciliations/${id}/repairs`, { position: 9 });
  expect(none.status).toBe(404);
  await jobs.stop();
});
