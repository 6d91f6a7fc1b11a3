import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Invoice } from '../../src/contract/invoice.ts';
import type { LineEntry, LineStep } from '../../src/contract/invoice-usage.ts';
import type { Page } from '../../src/contract/page.ts';
import { openScene, type Scene } from './scene.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
/** Half past: the first and the last hour are cut. */
const START = Date.UTC(2027, 0, 10, 10, 30);
const [END, NEXT] = [Date.UTC(2027, 1, 10, 10, 30), Date.UTC(2027, 2, 10, 10, 30)];

let scene: Scene;
let customer: string;
let invoices: Invoice[];
beforeAll(async () => {
  scene = await openScene(START);
  const version = await scene.plan([
    { model: 'per_unit', meter_id: 'mtr_requests', unit_amount: '1' },
  ]);
  customer = await scene.customer();
  await scene.subscribe(customer, version);
  await scene.use(
    customer,
    { at: START, requests: 3 },
    { at: START, requests: 4, key_id: 'key_b' },
    { at: START + 29 * MINUTE, requests: 5 },
    { at: START + 30 * MINUTE, requests: 6 },
    { at: START + DAY, requests: 100, outcome: 'client_closed' as never, billable: false },
    { at: END - MINUTE, requests: 7 },
    { at: END, requests: 1_000 },
  );
  await scene.use(customer, { at: START, requests: 8 });
  await scene.go(END + DAY);
  await scene.bill();
  await scene.use(customer, { at: START + 29 * MINUTE, requests: 11 });
  await scene.go(NEXT + DAY);
  await scene.bill();
  invoices = await scene.invoices(customer);
});
afterAll(() => scene.core.close());

async function all<Item>(path: string): Promise<Item[]> {
  const items: Item[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const more = cursor === '' ? '' : `&cursor=${cursor}`;
    const answer = await scene.core.admin('GET', `${path}limit=2${more}`);
    expect(answer.status, answer.text).toBe(200);
    const page = answer.body as unknown as Page<Item>;
    items.push(...page.data);
    cursor = page.next_cursor;
  }
  return items;
}
const sum = (items: readonly { quantity: string }[]): number =>
  items.reduce((total, { quantity }) => total + Number(quantity), 0);

test('a line is the sum of its hours, an hour of minutes, a minute of entries', async () => {
  let lines = 0;
  for (const invoice of invoices) {
    for (const line of invoice.lines) {
      lines += 1;
      const path = `/v1/invoices/${invoice.id}/lines/${line.position}`;
      const hours = await all<LineStep>(`${path}/hours?`);
      expect(sum(hours)).toBe(Number(line.quantity));
      for (const hour of hours) {
        const minutes = await all<LineStep>(`${path}/minutes?hour=${hour.start}&`);
        expect(sum(minutes)).toBe(Number(hour.quantity));
        for (const minute of minutes) {
          const entries = await all<LineEntry>(`${path}/entries?minute=${minute.start}&`);
          expect(sum(entries)).toBe(Number(minute.quantity));
          expect(entries).toHaveLength(minute.entries);
        }
      }
    }
  }
  expect(lines).toBe(3);
});

test('an invoice stays the sum of its entries when more comes for the same minutes', async () => {
  const [first, second] = invoices;
  expect(first?.lines.map(({ quantity }) => quantity)).toEqual(['33']);
  expect(second?.lines.map(({ kind, quantity }) => [kind, quantity])).toEqual([
    ['usage', '1000'],
    ['late_usage', '11'],
  ]);
  const late = await all<LineEntry>(`/v1/invoices/${second?.id}/lines/1/entries?`);
  expect(late.map(({ minute, quantity }) => [minute, quantity])).toEqual([
    [new Date(START + 29 * MINUTE).toISOString(), '11'],
  ]);
});

test('a line without usage has no hours', async () => {
  const lines = [{ description: 'Setup', amount: '100' }];
  const made = await scene.core.admin('POST', '/v1/invoices', { customer_id: customer, lines });
  const path = `/v1/invoices/${made.body['id']}/lines`;
  expect((await scene.core.admin('GET', `${path}/0/hours`)).body).toMatchObject({ data: [] });
  expect((await scene.core.admin('GET', `${path}/1/hours`)).status).toBe(404);
});
