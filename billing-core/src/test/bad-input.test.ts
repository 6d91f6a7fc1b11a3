import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { footprint, openCore, type Answer, type Core, type Json } from './core.ts';

type Operation = {
  method: string;
  path: string;
  hasBody: boolean;
  required: string[];
};

const UNKNOWN = '0'.repeat(24);
/** By the path they follow: the prefix of the ids that belong there. */
const PREFIX: Record<string, string> = {
  coupons: 'cpn',
  'customer-coupons': 'red',
  'tax-rates': 'txr',
  gateways: 'gw',
  boots: 'bt',
  'admin-tokens': 'tok',
  users: 'usr',
  meters: 'mtr',
  plans: 'pln',
  'plan-versions': 'plv',
  routes: 'rte',
  customers: 'cus',
  memberships: 'mem',
  subscriptions: 'sub',
  'plan-moves': 'pmv',
  invoices: 'inv',
  keys: 'key',
  secrets: 'sec',
  'dead-letters': 'gw',
  'failed-jobs': 'job',
  reconciliations: 'rcn',
  events: 'evt',
  queue: 'cus',
  'customer-views': 'cvw',
  'quota-requests': 'qrq',
  'quota-overrides': 'qov',
};

let core: Core;
let operations: Operation[];
let bearer: Record<string, string>;

beforeAll(async () => {
  core = await openCore();
  bearer = { authorization: `Bearer ${await core.mint(['admin'])}` };
  operations = writesOf((await core.call('GET', '/openapi.json')).body);
});
afterAll(() => core.close());

/** Every write of /v1 and every sign-in call, from the document: a new one is covered by itself. */
function writesOf(document: Json): Operation[] {
  const found: Operation[] = [];
  for (const [path, item] of Object.entries(document['paths'] as object)) {
    if (!/^\/(v1|auth)\//.test(path)) continue;
    for (const [method, operation] of Object.entries(item as Record<string, Json>)) {
      if (!['post', 'put', 'patch'].includes(method)) continue;
      const schema = operation['requestBody']?.['content']['application/json']['schema'];
      const known = schema?.['$ref'] ? schemaAt(document, schema['$ref']) : schema;
      found.push({
        method: method.toUpperCase(),
        path: path
          .replace('/{boot}/{sequence}', `/bt_${UNKNOWN}/1`)
          .replaceAll(/\/([\w-]+)\/\{\w+\}/g, (_all, kind: string) => {
            if (PREFIX[kind] === undefined)
              throw new Error(`teach bad-input.test.ts the id of ${kind}`);
            return `/${kind}/${PREFIX[kind]}_${UNKNOWN}`;
          }),
        hasBody: schema !== undefined,
        required: (known?.['required'] ?? []) as string[],
      });
    }
  }
  return found;
}

const schemaAt = (document: Json, ref: string): Json =>
  document['components']['schemas'][ref.split('/').at(-1) as string] as Json;

const withBody = (): Operation[] => operations.filter(({ hasBody }) => hasBody);
/** Takes larger bodies than all others: a test of its own has them. */
const LARGE = '/v1/api-document';
const send = ({ method, path }: Operation, body: unknown, headers: object = {}): Promise<Answer> =>
  core.call(method, path, { body, headers: { ...bearer, ...headers } });
const told = ({ status, body }: Answer) => [status, body['code']];

/** Sends something to each operation; each is refused alike, and nothing is left behind. */
async function refusedEverywhere(
  body: unknown,
  [status, code]: [number, string],
  headers: object = {},
): Promise<Answer[]> {
  const before = await footprint(core.sql);
  const answers: Answer[] = [];
  for (const operation of withBody()) {
    if (status === 413 && operation.path === LARGE) continue;
    const answer = await send(operation, body, headers);
    expect([operation.method, operation.path, ...told(answer)]).toEqual([
      operation.method,
      operation.path,
      status,
      code,
    ]);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.body).toMatchObject({ status, type: 'about:blank' });
    expect(answer.body['request_id']).toBe(answer.headers.get('x-request-id'));
    answers.push(answer);
  }
  expect(await footprint(core.sql)).toEqual(before);
  return answers;
}

const bytes = (...parts: (string | number)[]): Uint8Array =>
  Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from([part]))),
  );

describe('every write refuses', () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const big = JSON.stringify({ name: 'x'.repeat(70_000) });
  const deep = '{"name":'.repeat(40) + '1' + '}'.repeat(40);

  test.each<[string, unknown, number, string, object?]>([
    ['what is no JSON', '{"name":', 400, 'malformed_json'],
    ['bad UTF-8', bytes('{"name":"', 0xff, '"}'), 400, 'malformed_json'],
    ['an array', '[]', 400, 'invalid_request'],
    ['null', 'null', 400, 'invalid_request'],
    ['a text', '"name"', 400, 'invalid_request'],
    ['NUL in a text', { name: 'a\u0000b' }, 400, 'invalid_request'],
    ['NUL in a key', '{"a\\u0000":1}', 400, 'invalid_request'],
    ['__proto__', '{"__proto__":{}}', 400, 'invalid_request'],
    ['nesting without end', deep, 400, 'invalid_request'],
    ['a body of another type', 'name=x', 415, 'unsupported_media_type', form],
    ['a body over its limit', big, 413, 'payload_too_large'],
    ['the same unannounced', big, 413, 'payload_too_large', { 'transfer-encoding': 'chunked' }],
  ])('%s', async (_what, body, status, code, headers) => {
    const answers = await refusedEverywhere(body, [status, code], headers);
    expect(answers.length).toBeGreaterThan(20);
  });

  test('a field it does not know, by name', async () => {
    for (const answer of await refusedEverywhere({ surprise: 1 }, [400, 'invalid_request'])) {
      const errors = answer.body['errors'] as { path: string; message: string }[];
      expect(errors).toContainEqual({ path: 'surprise', message: 'is not a known field' });
    }
  });

  test('an empty body, naming what is missing', async () => {
    const before = await footprint(core.sql);
    for (const operation of withBody().filter(({ required }) => required.length > 0)) {
      const answer = await send(operation, undefined);
      expect([operation.path, ...told(answer)]).toEqual([operation.path, 400, 'invalid_request']);
      const paths = (answer.body['errors'] as { path: string }[]).map(({ path }) => path);
      expect(paths).toEqual(expect.arrayContaining(operation.required));
    }
    expect(await footprint(core.sql)).toEqual(before);
  });

  test('fields of a wrong type, naming each', async () => {
    for (const operation of withBody().filter(({ required }) => required.length > 0)) {
      const wrong = Object.fromEntries(operation.required.map((field) => [field, { wrong: true }]));
      const answer = await send(operation, wrong);
      expect([operation.path, ...told(answer)]).toEqual([operation.path, 400, 'invalid_request']);
      // An object where one is wanted is wrong by what it lacks.
      const errors = answer.body['errors'] as { path: string }[];
      const paths = errors.map(({ path }) => path.replace(/\..*/, ''));
      expect(paths).toEqual(expect.arrayContaining(operation.required));
    }
  });
});

describe('ids', () => {
  test('that nobody has are 404, malformed ones 400, wherever one is taken', async () => {
    let walked = 0;
    for (const { method, path } of core.app.routes) {
      if (!/^\/v1\/.*:\w+$/.test(path) || !['GET', 'DELETE'].includes(method)) continue;
      const kind = path.split('/').at(-2) as string;
      const at = (id: string) => path.replace(/:\w+$/, id);
      const unknown = await core.admin(method, at(`${PREFIX[kind]}_${UNKNOWN}`));
      expect([path, ...told(unknown)]).toEqual([path, 404, 'not_found']);
      for (const bad of ['x', `${PREFIX[kind]}_${'u'.repeat(24)}`, '%00', `${UNKNOWN}%20`]) {
        expect([path, ...told(await core.admin(method, at(bad)))]).toEqual([
          path,
          400,
          'invalid_request',
        ]);
      }
      walked += 1;
    }
    expect(walked).toBeGreaterThan(8);
  });
});

describe('lists', () => {
  test.each([
    'limit=0',
    'limit=101',
    'limit=x',
    'limit=1.5',
    'cursor=%00',
    'cursor=e30',
    'cursor=',
  ])('refuse %s', async (query) => {
    for (const list of ['customers', 'users', 'admin-tokens', 'audit']) {
      const answer = await core.admin('GET', `/v1/${list}?${query}`);
      expect([list, ...told(answer)]).toEqual([list, 400, 'invalid_request']);
    }
  });

  test.each(['q=%00', 'q=%ED%A0%80', 'q=%zz', 'state=gone'])(
    'of customers refuse %s',
    async (query) => {
      const answer = await core.admin('GET', `/v1/customers?${query}`);
      expect(told(answer)).toEqual([400, 'invalid_request']);
    },
  );
});

describe('text', () => {
  test.each([
    ['unicode', '王小明 ✨ żółć', 201],
    ['200 characters', 'x'.repeat(200), 201],
    ['201 characters', 'x'.repeat(201), 400],
    ['nothing but spaces', '   ', 400],
    ['a lone surrogate', '\ud800', 400],
    ['two lines', 'Acme\r\nBcc: all', 400],
    ['C1 controls', 'Ac\u0085me', 400],
    ['a line separator', 'Ac\u2028me', 400],
    ['text shown backwards', 'Acme \u202egnp.exe', 400],
    ['text that isolates', 'Acme \u2067x\u2069', 400],
    ['joiners and marks that scripts need', 'نامه\u200cای 👩\u200d🚀', 201],
  ])('as a name: %s', async (_what, name, status) => {
    const answer = await core.admin('POST', '/v1/customers', { name });
    expect(answer.status).toBe(status);
    if (status !== 201) return;
    const stored = await core.admin('GET', `/v1/customers/${answer.body['id']}`);
    expect(stored.body['name']).toBe(name);
  });

  test.each([
    ['currency', 'usd'],
    ['currency', 'EURO'],
    ['currency', 'ZZZ'],
    ['currency', 'XXX'],
    ['billing_zone', 'Mars/Olympus'],
    ['billing_zone', '+02:00'],
    ['metadata', { a: 1 }],
    ['metadata', Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`k${n}`, 'v']))],
    ['external_id', ''],
  ])('a customer with %s %j is refused', async (field, value) => {
    const answer = await core.admin('POST', '/v1/customers', { name: 'A', [field]: value });
    expect(told(answer)).toEqual([400, 'invalid_request']);
    expect((answer.body['errors'] as { path: string }[])[0]?.path.split('.')[0]).toBe(field);
  });
});

describe('paths', () => {
  test('that nobody serves are 404', async () => {
    for (const path of ['/', '/v2', '/v1/nothing', '/portal/v1/nothing', '/auth/update-user']) {
      const answer = await core.admin('GET', path);
      const expected = path.startsWith('/portal') ? [401, 'unauthenticated'] : [404, 'not_found'];
      expect([path, ...told(answer)]).toEqual([path, ...expected]);
    }
  });

  test.each([
    ['PUT', '/v1/customers', 'GET, HEAD, POST'],
    ['POST', `/v1/customers/cus_${UNKNOWN}`, 'DELETE, GET, HEAD, PATCH'],
    ['DELETE', '/openapi.json', 'GET, HEAD'],
    ['GET', '/auth/sign-in/email', 'POST'],
  ])('with another method are 405: %s %s', async (method, path, allow) => {
    const answer = await core.admin(method, path);
    expect([...told(answer), answer.headers.get('allow')]).toEqual([
      405,
      'method_not_allowed',
      allow,
    ]);
  });
});

test('what the database cannot do just now is 503, without its words', async () => {
  await core.sql`create or replace function fail() returns trigger language plpgsql as
    $$ begin raise exception 'away' using errcode = '57P01'; end $$`;
  await core.sql`create trigger away before insert on customers execute function fail()`;
  const answer = await core.admin('POST', '/v1/customers', { name: 'A' });
  expect(told(answer)).toEqual([503, 'unavailable']);
  expect(answer.headers.get('retry-after')).toBe('1');
  expect(answer.text).not.toContain('away');
  await core.sql`drop trigger away on customers`;
  expect((await core.admin('POST', '/v1/customers', { name: 'A' })).status).toBe(201);
});
