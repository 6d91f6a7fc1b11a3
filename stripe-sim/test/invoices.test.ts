import Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import { customerWith, draftOf, refused, startSim } from './rig.ts';

const { sim, stripe } = await startSim();
const { id: customer } = await customerWith(stripe, 'pm_card_visa');
const rate = await stripe.taxRates.create({
  display_name: 'VAT',
  percentage: 19,
  inclusive: false,
});
const rateWithin = await stripe.taxRates.create({
  display_name: 'GST',
  percentage: 10,
  inclusive: true,
});

describe('a draft', () => {
  test('begins with nothing, and lines add up in order', async () => {
    const draft = await stripe.invoices.create({
      customer,
      currency: 'usd',
      metadata: { invoice_id: 'ours' },
    });
    expect(draft).toMatchObject({ status: 'draft', total: 0, number: null, auto_advance: false });
    const after = await stripe.invoices.addLines(draft.id, {
      lines: [
        {
          description: 'Requests',
          quantity: 3,
          price_data: {
            currency: 'usd',
            product_data: { name: 'Requests' },
            unit_amount_decimal: Stripe.Decimal.from('0.5'),
          },
          period: { start: 1_790_000_000, end: 1_792_000_000 },
          metadata: { line_id: 'l1' },
        },
        { amount: 999, description: 'Fee' },
        { amount: -99, description: 'Correction' },
      ],
    });
    expect(after).toMatchObject({ subtotal: 902, total: 902, amount_due: 902 });
    const [first, second] = after.lines.data;
    expect(after.lines.data.map(({ description }) => description)).toEqual([
      'Requests',
      'Fee',
      'Correction',
    ]);
    // 1.5 is rounded away from zero.
    expect(first).toMatchObject({
      object: 'line_item',
      amount: 2,
      quantity: 3,
      metadata: { line_id: 'l1' },
      period: { start: 1_790_000_000, end: 1_792_000_000 },
      parent: { type: 'invoice_item_details' },
    });
    expect(first?.pricing?.unit_amount_decimal?.toString()).toBe('0.5');
    expect(second?.pricing?.price_details?.price).toMatch(/^price_/);
  });

  test('takes pending items when asked, of its currency only', async () => {
    const { id } = await stripe.customers.create();
    await stripe.invoiceItems.create({ customer: id, amount: 100, currency: 'usd' });
    await stripe.invoiceItems.create({ customer: id, amount: 200, currency: 'eur' });
    const none = await stripe.invoices.create({ customer: id, currency: 'usd' });
    expect(none.lines.data).toEqual([]);
    const all = await stripe.invoices.create({
      customer: id,
      currency: 'usd',
      pending_invoice_items_behavior: 'include',
    });
    expect(all.total).toBe(100);
    const pending = await stripe.invoiceItems.list({ customer: id, pending: true });
    expect(pending.data.map(({ amount }) => amount)).toEqual([200]);
  });

  test('is deleted with its items; a finalized one is not', async () => {
    const draft = await draftOf(stripe, customer);
    const item = draft.lines.data[0]?.parent?.invoice_item_details?.invoice_item ?? '';
    expect(await stripe.invoices.del(draft.id)).toMatchObject({ deleted: true });
    expect(await refused(stripe.invoiceItems.retrieve(item))).toMatchObject({ statusCode: 404 });
    const final = await stripe.invoices.finalizeInvoice((await draftOf(stripe, customer)).id);
    expect(await refused(stripe.invoices.del(final.id))).toMatchObject({
      code: 'invoice_not_editable',
    });
  });

  test('changes its lines and items, which keep their ids', async () => {
    const draft = await draftOf(stripe, customer);
    const [line] = draft.lines.data;
    const changed = await stripe.invoices.updateLines(draft.id, {
      lines: [{ id: line!.id, amount: 700, description: 'Less' }],
    });
    expect(changed).toMatchObject({ total: 700 });
    expect(changed.lines.data[0]).toMatchObject({ id: line!.id, description: 'Less' });
    const item = line!.parent!.invoice_item_details!.invoice_item;
    await stripe.invoiceItems.update(item, { amount: 650 });
    const again = await stripe.invoices.retrieve(draft.id);
    expect(again.lines.data.map(({ id, amount }) => [id, amount])).toEqual([[line!.id, 650]]);
    const empty = await stripe.invoices.removeLines(draft.id, {
      lines: [{ id: line!.id, behavior: 'unassign' }],
    });
    expect(empty.total).toBe(0);
    expect(await stripe.invoiceItems.retrieve(item)).toMatchObject({ invoice: null });
  });

  test('adds all lines or none', async () => {
    const draft = await draftOf(stripe, customer);
    const items = sim.world.tables.invoiceitem.size;
    const call = stripe.invoices.addLines(draft.id, {
      lines: [{ amount: 1 }, { pricing: { price: 'price_x' } }],
    });
    expect(await refused(call)).toMatchObject({ code: 'resource_missing' });
    expect((await stripe.invoices.retrieve(draft.id)).lines.data).toHaveLength(1);
    expect(sim.world.tables.invoiceitem.size).toBe(items);
  });

  test('shows its first ten lines; the rest is listed', async () => {
    const draft = await stripe.invoices.create({ customer, currency: 'usd' });
    const lines = Array.from({ length: 25 }, (_, at) => ({ amount: at + 1 }));
    const full = await stripe.invoices.addLines(draft.id, { lines });
    expect(full.lines).toMatchObject({ has_more: true, total_count: 25 });
    expect(full.lines.data).toHaveLength(10);
    const all = await stripe.invoices
      .listLineItems(draft.id, { limit: 8 })
      .autoPagingToArray({ limit: 100 });
    expect(all.map(({ amount }) => amount)).toEqual(lines.map(({ amount }) => amount));
  });

  test.each<[string, Record<string, unknown>, object]>([
    ['no customer', {}, { param: 'customer' }],
    ['a customer of nothing', { customer: 'cus_x' }, { code: 'resource_missing' }],
    [
      'sending without a due date',
      { customer, collection_method: 'send_invoice' },
      { param: 'days_until_due' },
    ],
    [
      'a tax rate of nothing',
      { customer, default_tax_rates: ['txr_x'] },
      { param: 'default_tax_rates[0]' },
    ],
    [
      'a coupon of nothing',
      { customer, discounts: [{ coupon: 'x' }] },
      { param: 'discounts[0][coupon]' },
    ],
    [
      'a card of nobody',
      { customer, default_payment_method: 'pm_x' },
      { param: 'default_payment_method' },
    ],
  ])('refuses %s, and makes nothing', async (_, params, expected) => {
    const before = sim.world.tables.invoice.size;
    expect(await refused(stripe.invoices.create(params as never))).toMatchObject(expected);
    expect(sim.world.tables.invoice.size).toBe(before);
  });
});

describe('sums', () => {
  test('tax is rounded once per line, half away from zero', async () => {
    const draft = await stripe.invoices.create({
      customer,
      currency: 'usd',
      default_tax_rates: [rate.id],
    });
    const after = await stripe.invoices.addLines(draft.id, {
      lines: [{ amount: 50 }, { amount: 50 }, { amount: 50, tax_rates: [rateWithin.id] }],
    });
    // 19 % of 50 is 9.5 → 10, twice; 10 % within 50 is 4.545 → 5.
    expect(after).toMatchObject({
      subtotal: 150,
      total: 170,
      total_excluding_tax: 145,
      subtotal_excluding_tax: 145,
    });
    expect(after.total_taxes?.map(({ amount, tax_behavior }) => [amount, tax_behavior])).toEqual([
      [20, 'exclusive'],
      [5, 'inclusive'],
    ]);
  });

  test('tax that somebody else computed is taken as it is', async () => {
    const draft = await stripe.invoices.create({ customer, currency: 'usd' });
    const after = await stripe.invoices.addLines(draft.id, {
      lines: [
        {
          amount: 1000,
          tax_amounts: [
            {
              amount: 191,
              taxable_amount: 1000,
              tax_rate_data: { display_name: 'VAT', inclusive: false, percentage: 19 },
            },
          ],
        },
      ],
    });
    expect(after).toMatchObject({ total: 1191, total_excluding_tax: 1000 });
    expect(after.lines.data[0]?.taxes?.[0]).toMatchObject({ amount: 191, taxable_amount: 1000 });
  });

  test('discounts come before tax, and those of the invoice are shared by its lines', async () => {
    await stripe.coupons.create({ id: 'OFF', amount_off: 100, currency: 'usd' });
    await stripe.coupons.create({ id: 'TENTH', percent_off: 10 });
    const draft = await stripe.invoices.create({
      customer,
      currency: 'usd',
      default_tax_rates: [rate.id],
      discounts: [{ coupon: 'OFF' }],
    });
    const after = await stripe.invoices.addLines(draft.id, {
      lines: [
        { amount: 1000, discounts: [{ coupon: 'TENTH' }] },
        { amount: 300 },
        { amount: 100, discountable: false },
      ],
    });
    // 100 off is shared 900:300 → 75 and 25; taxed are 825, 275 and 100.
    expect(
      after.lines.data.map((line) => line.discount_amounts?.map((each) => each.amount)),
    ).toEqual([[100, 75], [25], []]);
    expect(after).toMatchObject({ subtotal: 1400, total: 1200 + 157 + 52 + 19 });
    expect(after.total_discount_amounts?.map(({ amount }) => amount).toSorted()).toEqual([
      100, 100,
    ]);
    expect((await stripe.coupons.retrieve('OFF')).times_redeemed).toBe(1);
  });
});
