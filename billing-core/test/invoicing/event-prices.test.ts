import { afterAll, beforeAll, expect, test } from 'vitest';
import type { UsageRecord } from '../../../gateway/src/core/record.ts';
import { Tally } from '../../../gateway/src/core/tally.ts';
import type { Invoice } from '../../src/contract/invoice.ts';
import { messageOf } from '../../src/sync/test/ledger.ts';
import { rollOnce } from '../../src/usage/roller.ts';
import { brief, openScene, type Scene } from './scene.ts';

// From what a gateway records to the invoice: prices that ask for the number of events.

const MINUTE = 60_000;
const START = Date.UTC(2027, 0, 1);
const END = Date.UTC(2027, 1, 1);

let scene: Scene;
let token: string;
beforeAll(async () => {
  scene = await openScene(START);
  token = await scene.core.mint(['sync']);
});
afterAll(() => scene.core.close());

/** One request of a stream: its spans, each with what was used in it. */
type Stream = { at: number; spans: number[]; outcome?: UsageRecord['outcome'] };

/** What a gateway makes of these streams, taken in by core and added up. */
async function streamed(customer: string, sequence: number, streams: Stream[]): Promise<void> {
  const tally = new Tally();
  let frame = sequence * 100;
  for (const { at, spans, outcome = 'ok' } of streams) {
    spans.forEach((quantity, number) => {
      const about = { requestId: `r${frame}`, customer, key: 'key_a', route: 'rte_a' };
      const ended = { routeVersion: 1, outcome, status: 200, billable: outcome === 'ok' };
      const admittedAt = at + number * MINUTE;
      const used = { quantities: [['mtr_requests', quantity]] as const, spent: [] };
      const later = number > 0 ? true : undefined;
      tally.add({ ...about, ...ended, admittedAt, ...used, later }, (frame += 1));
    });
  }
  const { envelope, bytes } = messageOf('bt_1', sequence, tally.take());
  const body = Buffer.concat([Buffer.from(`${JSON.stringify(envelope)}\n`), bytes]);
  const headers = { authorization: `Bearer ${token}` };
  const path = '/internal/v1/sync';
  const answer = await scene.core.call('POST', path, { body: new Uint8Array(body), headers });
  expect(answer.body['batch'], answer.text).toMatchObject({ status: 'applied' });
  while ((await rollOnce(scene.core.sql)) > 0);
}

test('a long stream is one event, however many spans it has, and late spans are none', async () => {
  const price = { model: 'percentage', meter_id: 'mtr_requests', rate: '1' };
  const version = await scene.plan([{ ...price, fixed_amount: '30' }]);
  const customer = await scene.customer();
  await scene.subscribe(customer, version);
  await scene.go(END - 10 * MINUTE);
  await streamed(customer, 1, [
    { at: START, spans: [100, 50, 50] },
    { at: START, spans: [300] },
    { at: END - 9 * MINUTE, spans: [500, 0, 500] },
    { at: START, spans: [7_000], outcome: 'server_error' },
  ]);
  await scene.core.sql`update boots set state = 'sealed'`;
  await scene.go(END + 5 * MINUTE);
  await scene.bill();
  const [first] = await scene.invoices(customer);
  const [line] = first?.lines ?? [];
  // 1 % of 1,500.00, and 0.30 for each event.
  expect(line?.amount).toBe('1590');
  expect(line?.slices.find(({ kind }) => kind === 'event_fee')).toMatchObject({ quantity: '3' });
  expect(line?.description).toContain('in 3 events');
  expect(line?.quantity).toBe('1500');

  // The stream's last span comes after the invoice: more of the same event.
  await scene.core.sql`update boots set state = 'live'`;
  const rest = { at: END - 20 * MINUTE, spans: [1_000, 400] };
  await streamed(customer, 2, [rest]);
  const [{ events }] = await scene.core.sql<[{ events: number }]>`
    select sum(requests)::int as events from usage_entries
     where customer_id = ${customer} and billable`;
  expect(events).toBe(4);
  await scene.core.sql`update boots set state = 'sealed'`;
  await scene.go(Date.UTC(2027, 2, 1) + 5 * MINUTE);
  await scene.bill();
  const second = (await scene.invoices(customer)).at(-1);
  // 1 % of 1,400.00 and one more fee of 0.30: four events in all, less the three that were billed.
  expect(brief(second as Invoice)).toContainEqual(['late_usage', '1400', '1430']);
});
