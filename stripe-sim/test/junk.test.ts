import { expect, test } from 'vitest';
import { API_ROUTES } from '../src/objects/routes.ts';
import { chanceOf } from '../src/world/chance.ts';
import { KINDS } from '../src/world/kinds.ts';
import { customerWith, draftOf, startSim } from './rig.ts';

const ROUNDS = 4;
const NAMES = [
  ...['amount', 'customer', 'currency', 'invoice', 'payment_method', 'charge', 'price', 'type'],
  ...['lines[0][amount]', 'lines[0][id]', 'lines[0][behavior]', 'lines[0][type]', 'lines[]'],
  ...['lines[0][invoice_line_item]', 'lines[0][pricing][price]', 'lines[0][tax_rates][0]'],
  ...['metadata', 'metadata[a]', 'expand[0]', 'limit', 'starting_after', 'ending_before', 'status'],
  ...['discounts[0][coupon]', 'default_tax_rates[0]', 'tax_rates[0]', 'unit_amount', 'quantity'],
  ...['confirm', 'frozen_time', 'mode', 'success_url', 'refund_amount', 'credit_amount', 'name'],
  ...[
    'flow_data[type]',
    'auto_advance',
    'collection_method',
    'days_until_due',
    'due_date',
    'email',
  ],
  ...[
    'a[b][c][d][e][f][g][h][i][j][k]',
    '__proto__',
    'constructor',
    '',
    '[]',
    'id',
    'payment_intent',
  ],
];
const VALUES = [
  ...[
    '',
    '0',
    '-1',
    '1',
    '99999999999999999999',
    '1.5',
    '1e9',
    'NaN',
    'true',
    'null',
    'usd',
    'card',
  ],
  ...['\u0000', 'ä名\u202e', "'; drop table", 'x'.repeat(6000), '{"a":1}', 'http://127.0.0.1:1/x'],
  ...['delete', 'invoice_line_item', 'setup', 'customer.tax_ids', 'send_invoice', 'data.customer'],
];

test('whatever parameters come, an answer is Stripe’s, and nothing breaks', async () => {
  const { sim, stripe, ask } = await startSim();
  const { id } = await customerWith(stripe, 'pm_card_visa', {
    tax_id_data: [{ type: 'eu_vat', value: 'DE1' }],
  });
  await draftOf(stripe, id);
  const paid = await stripe.invoices.pay((await draftOf(stripe, id)).id);
  await stripe.creditNotes.create({ invoice: paid.id, amount: 100, refund_amount: 100 });
  await stripe.coupons.create({ id: 'OFF', percent_off: 10 });
  await stripe.testHelpers.testClocks.create({ frozen_time: 1_790_000_000 });
  const ids = KINDS.flatMap((kind) => [...sim.world.tables[kind].keys()].slice(0, 2));
  const chance = chanceOf('junk');
  const oneOf = (all: readonly string[]): string => all[Math.floor(chance() * all.length)] ?? '';
  const statuses = new Map<number, number>();
  for (const { method, pattern } of API_ROUTES) {
    for (let round = 0; round < ROUNDS; round += 1) {
      const path = pattern.replaceAll(/:\w+/g, () => oneOf([...ids, 'x', '%00', '..%2f']));
      const form = Object.fromEntries(
        Array.from({ length: Math.floor(chance() * 4) }, () => [
          oneOf(NAMES),
          chance() < 0.5 ? oneOf(VALUES) : oneOf(ids),
        ]),
      );
      const query = method === 'GET' ? `?${new URLSearchParams(form).toString()}` : '';
      const answer = await ask(method, `${path}${query}`, method === 'GET' ? undefined : form);
      const body = (await answer.json()) as { error?: { type: string; message: string } };
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      expect(answer.headers.get('request-id')).toMatch(/^req_/);
      const told = `${method} ${path} ${JSON.stringify(form)}: ${body.error?.message}`;
      expect([200, 400, 402, 404], told).toContain(answer.status);
      if (answer.status !== 200) expect(body.error?.type, told).toMatch(/_error$/);
    }
  }
  // It reached more than the doors.
  for (const status of [200, 400, 404]) expect(statuses.get(status)).toBeGreaterThan(20);
});
