import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { customerWith, openCore, person, type Answer, type Core, type Json } from './core.ts';

type Read = { path: string; parameters: { name: string; in: string; required?: boolean }[] };

const UNKNOWN = '0'.repeat(24);

let core: Core;
let reads: Read[];
let customerId: string;
let ask: (path: string, query: Record<string, string>) => Promise<Answer>;

beforeAll(async () => {
  core = await openCore();
  const ann = await person(core);
  ({ id: customerId } = await customerWith(core, { owner: ann }));
  const { paths } = (await core.call('GET', '/openapi.json')).body as { paths: Json };
  reads = Object.entries(paths).flatMap(([path, item]) => {
    const operation = (item as Record<string, Json>)['get'];
    return operation ? [{ path, parameters: (operation['parameters'] ?? []) as never }] : [];
  });
  ask = (path, query) => {
    const at = path.replace('{customer_id}', customerId).replaceAll(/\{\w+\}/g, `xxx_${UNKNOWN}`);
    const search = new URLSearchParams(query);
    const url = `${at}?${search}`;
    return path.startsWith('/portal/') ? ann.call('GET', url) : core.admin('GET', url);
  };
});
afterAll(() => core.close());

const queryOf = ({ parameters }: Read) => parameters.filter((one) => one.in === 'query');
const errorsOf = ({ body }: Answer) => body['errors'] as { path: string; message: string }[];

test('every read refuses a query parameter that it does not have, by name', async () => {
  expect(reads.length).toBeGreaterThan(30);
  for (const { path } of reads) {
    const answer = await ask(path, { customerid: 'x' });
    expect([path, answer.status, answer.body['code']]).toEqual([path, 400, 'invalid_request']);
    expect(errorsOf(answer)).toContainEqual({
      path: 'customerid',
      message: 'is not a known parameter',
    });
  }
});

test('what pages a list is refused where there is no list', async () => {
  for (const read of reads.filter((one) => queryOf(one).every(({ name }) => name !== 'cursor'))) {
    const answer = await ask(read.path, { limit: '0', cursor: 'garbage' });
    const paths = errorsOf(answer).map((error) => error.path);
    expect([read.path, answer.status, ...paths]).toEqual([read.path, 400, 'limit', 'cursor']);
  }
});

describe('every list', () => {
  const lists = () => reads.filter((one) => queryOf(one).some(({ name }) => name === 'cursor'));
  const needed = (path: string): Record<string, string> =>
    /usage\/entries|quota-windows/.test(path) && path.startsWith('/v1/')
      ? { customer_id: customerId }
      : {};
  // Of what does not exist there is no page: that is said first.
  const listed = () => lists().filter(({ path }) => !/\{(invoice_)?id\}/.test(path));

  test.each(['null', '-1', 'x', `xxx_${UNKNOWN}`, '1.x'])(
    'refuses a cursor of "%s", which it did not make',
    async (place) => {
      expect(listed().length).toBeGreaterThan(12);
      const cursor = Buffer.from(place).toString('base64url');
      for (const { path } of listed()) {
        const answer = await ask(path, { ...needed(path), cursor });
        expect([path, answer.status, errorsOf(answer)?.[0]?.path]).toEqual([path, 400, 'cursor']);
      }
    },
  );
});
