import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PAGE_MAX } from '../contract/page.ts';
import { csvLine } from '../kit/csv.ts';
import { cellText, columnsOf } from '../kit/csv-columns.ts';
import { newId } from '../kit/id.ts';
import { openCore, person, type Core } from './core.ts';

let core: Core;
beforeAll(async () => {
  core = await openCore();
});
afterAll(() => core.close());

const file = (path: string) => core.admin('GET', path);
const linesOf = (text: string): string[] => text.trimEnd().split('\r\n');

async function makeCustomers(names: readonly string[]): Promise<void> {
  for (const name of names) await core.admin('POST', '/v1/customers', { name });
}

test('every list of the API is a file with a column for each field', async () => {
  const { body } = await core.call('GET', '/openapi.json');
  const paths = Object.entries(body['paths'] as Record<string, { get?: object }>)
    .filter(([, { get }]) => /"cursor"/.test(JSON.stringify(get ?? {})))
    .map(([path]) => path)
    .filter((path) => path.startsWith('/v1/'));
  expect(paths.length).toBeGreaterThan(15);
  const missing: string[] = [];
  for (const path of paths) {
    const answer = await file(`${path.replaceAll(/\{\w+\}/g, newId('cus', core.clock.now))}.csv`);
    if (answer.status === 200) {
      expect([path, answer.headers.get('content-type')]).toEqual([path, 'text/csv; charset=utf-8']);
      expect(linesOf(answer.text)[0]?.split(',').length, path).toBeGreaterThan(1);
    } else {
      // It is of something that is not there, or not named, which is said as the list would.
      expect([400, 404], path).toContain(answer.status);
      expect(answer.body['code'], path).toMatch(/^(not_found|invalid_request)$/);
      missing.push(path);
    }
  }
  expect(missing.filter((path) => !/[{]|entries|windows/.test(path))).toEqual([]);
});

test('a file has all rows of a list, not one page of them, in its order', async () => {
  const names = Array.from({ length: PAGE_MAX + 5 }, (_, at) => `Filtered ${at}`);
  await makeCustomers([...names, 'Another']);
  const answer = await file('/v1/customers.csv?q=filtered');
  expect(answer.headers.get('content-disposition')).toMatch(
    /^attachment; filename="customers-\d{4}-\d\d-\d\d\.csv"$/,
  );
  const [head, ...rows] = linesOf(answer.text);
  expect(head).toMatch(/^id,name,external_id,currency,billing_zone,/);
  expect(rows.map((row) => row.split(',')[1]).toSorted()).toEqual(names.toSorted());
  const { body } = await core.admin('GET', '/v1/customers?q=filtered&limit=3');
  const first = (body['data'] as { id: string }[]).map(({ id }) => id);
  expect(rows.slice(0, 3).map((row) => row.split(',')[0])).toEqual(first);
});

test('a file says that it is UTF-8, also to those who take it for something else', async () => {
  const headers = { authorization: `Bearer ${await core.mint(['admin'])}` };
  const response = await core.app.request('/v1/customers.csv?q=nobody', { headers });
  const bytes = new Uint8Array(await response.arrayBuffer());
  expect([...bytes.slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
});

test('an empty list is a file with its columns alone', async () => {
  const answer = await file('/v1/customers.csv?q=nobody-is-called-so');
  expect(linesOf(answer.text)).toHaveLength(1);
});

test('a name of markup is in no file that a browser would show', async () => {
  const name = '<img src=x onerror=alert(1)> in a file';
  await makeCustomers([name]);
  const { text, headers } = await file('/v1/customers.csv?q=onerror');
  expect(linesOf(text)[1]?.split(',')[1]).toBe(name);
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('content-disposition')).toMatch(/^attachment/);
});

test('a name that a spreadsheet would take for a formula is text', async () => {
  await makeCustomers(['=1+1 formula', '@formula', '-1+1 formula', '＝1+1 formula']);
  const { text } = await file('/v1/customers.csv?q=formula');
  expect(
    linesOf(text)
      .slice(1)
      .map((row) => row.split(',')[1])
      .toSorted(),
  ).toEqual(["'-1+1 formula", "'=1+1 formula", "'@formula", "'＝1+1 formula"]);
});

describe('who may not read a list gets no file', () => {
  test.each([
    ['without a session', '/v1/customers.csv', 401],
    ['of the customer side', `/portal/v1/customers/${newId('cus', 0)}/keys.csv`, 401],
  ])('%s', async (_, path, status) => {
    expect((await core.call('GET', path)).status).toBe(status);
  });

  test('who is a member of another customer', async () => {
    const ann = await person(core);
    const other = await core.admin('POST', '/v1/customers', { name: 'Not hers' });
    const path = `/portal/v1/customers/${String(other.body['id'])}/keys.csv`;
    expect((await ann.call('GET', path)).status).toBe(404);
    expect((await ann.call('GET', '/v1/customers.csv')).status).toBe(403);
  });
});

test.each([
  ['a page of a file', '/v1/customers.csv?limit=5', 400, 'limit'],
  ['a place in a file', '/v1/customers.csv?cursor=abc', 400, 'cursor'],
  ['an unknown filter', '/v1/customers.csv?name=x', 400, 'name'],
  ['what is no list', '/v1/customers/x.csv', 400, 'id'],
  ['what is nowhere', '/v1/nowhere.csv', 404, undefined],
  ['a file of a file', '/v1/customers.csv.csv', 404, undefined],
])('%s is refused', async (_, path, status, field) => {
  const answer = await file(path);
  expect([answer.status, answer.body['errors']?.[0]?.['path']]).toEqual([status, field]);
});

test('nobody writes to a file', async () => {
  expect((await core.admin('POST', '/v1/customers.csv', { name: 'x' })).status).toBe(404);
});

test('a file that could not be read to its end breaks off, rather than look whole', async () => {
  await makeCustomers(Array.from({ length: PAGE_MAX + 1 }, (_, at) => `Broken ${at}`));
  const token = await core.mint(['admin']);
  const response = await core.app.request('/v1/customers.csv?q=broken', {
    headers: { authorization: `Bearer ${token}` },
  });
  expect(response.status).toBe(200);
  await core.sql`delete from admin_tokens where true`;
  await expect(response.text()).rejects.toThrow(/answered 401/);
});

test.each([
  ['a comma', 'a,b', '"a,b"'],
  ['quotes', 'Miller "Joe"', '"Miller ""Joe"""'],
  ['what other spreadsheets split at', 'a;=1', '"a;=1"'],
  ['a line break', 'a\nb', '"a\nb"'],
  ['a number below zero', '-12.5', '-12.5'],
  ['a tab before', '\t=1', '"\'\t=1"'],
  ['nothing', '', ''],
  ['another script', 'Счёт ✓', 'Счёт ✓'],
])('a cell with %s', (_, value, cell) => {
  expect(csvLine([value, 'end'])).toBe(`${cell},end\r\n`);
});

test('fields of fields are columns, several values stand in one, others are JSON', () => {
  const text = { type: 'string' };
  const named = { Money: { type: 'object', properties: { minor: text, currency: text } } };
  const schema = {
    type: 'object',
    properties: {
      id: text,
      total: { $ref: '#/components/schemas/Money' },
      owed: { anyOf: [{ $ref: '#/components/schemas/Money' }, { type: 'null' }] },
      tags: { type: 'array', items: text },
      rows: { type: 'array', items: { type: 'object', properties: { a: text } } },
      either: { oneOf: [{ properties: { a: text } }, { properties: { b: text } }] },
    },
  };
  const columns = columnsOf(schema, named);
  const item = {
    id: 'x',
    total: { minor: '5', currency: 'USD' },
    owed: null,
    tags: ['p', 'q'],
    rows: [{ a: 1 }],
    either: { b: 2 },
  };
  expect(columns.map((column) => [column.name, cellText(item, column)])).toEqual([
    ['id', 'x'],
    ['total.minor', '5'],
    ['total.currency', 'USD'],
    ['owed.minor', ''],
    ['owed.currency', ''],
    ['tags', 'p; q'],
    ['rows', '[{"a":1}]'],
    ['either', '{"b":2}'],
  ]);
});
