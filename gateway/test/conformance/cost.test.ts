import { get, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CAPABILITIES, type HostKind } from './capabilities.ts';
import { callerOf } from './caller.ts';
import { type Host, openHost } from './host.ts';
import { openUpstream, openWorld, type Seller, type Upstream, type World } from './world.ts';

// What a route tells its clients of the cost of a request is what the ledger has of it.

const KINDS = Object.keys(CAPABILITIES) as HostKind[];
const SOON = { timeout: 15_000, interval: 50 };
const FIELD = 'x-tollgate-cost';
/** Not one write: only a body of unknown length has trailers behind it. */
const PARTS = ['{"usage":', '{"tokens":12.5}}'];

let world: World;
let upstream: Upstream;
beforeAll(async () => {
  world = await openWorld();
  upstream = await openUpstream();
  const { url: upstream_url } = upstream;
  const meter = { slug: 'tokens', name: 'Tokens', unit: 'token', scale: 2 };
  await world.core.admin('POST', '/v1/meters', meter);
  await world.core.admin('POST', '/v1/meters', { ...meter, slug: 'credits', name: 'Credits' });
  const told = { fallback: 7, max_cost: 100, max_value: 1_000 };
  const metering = [
    { meter: 'requests', source: 'request' },
    { meter: 'credits', source: 'response_header', header: 'x-credits', ...told },
    { meter: 'tokens', source: 'response_json', pointer: '/usage/tokens', ...told },
  ];
  const tells = { upstream_url, metering, cost_headers: true };
  await world.route({ path_pattern: '/told/*', ...tells });
  await world.route({ path_pattern: '/dead', ...tells, upstream_url: 'http://127.0.0.1:1' });
  await world.route({ path_pattern: '/quiet/*', upstream_url, metering });
  upstream.handler = (request, response) => {
    const status = Number(request.url?.split('/').at(-1));
    response.writeHead(status, { 'x-credits': '0.25', 'X-Tollgate-Cost': 'nothing at all' });
    for (const part of PARTS) response.write(part);
    response.end();
  };
});
afterAll(async () => {
  upstream.close();
  await world.close();
});

async function charged({ customerId }: Seller): Promise<Record<string, string>> {
  const rows = await world.core.sql<{ slug: string; sum: string }[]>`
    select slug, trim_scale(sum(quantity) / power(10::numeric, scale))::text as sum
      from usage_entries join meters on meters.id = meter_id
     where customer_id = ${customerId} and billable group by slug, scale`;
  return Object.fromEntries(rows.map(({ slug, sum }) => [slug, sum]));
}

const requested = (url: string, headers: Record<string, string>): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const asked = get(url, { headers }, (answer) => {
      answer.resume().on('end', () => resolve(answer));
    });
    asked.on('error', reject);
  });

describe.each(KINDS)('a gateway on %s', (kind) => {
  let host: Host;
  beforeAll(async () => {
    host = await openHost(kind, { world });
  });
  afterAll(() => host.kill());
  const call = callerOf(
    () => host.urls[0],
    () => '',
  );

  test('tells what is known with the head, and the rest behind the body where it can', async () => {
    const seller = await world.customer({ quota: { limit: 10 } });
    const headers = { authorization: `Bearer ${seller.key}`, te: 'trailers' };
    const answer = await requested(`${host.urls[0]}/told/200`, headers);
    expect(answer.headers[FIELD]).toMatch(
      /^"requests";charged="1";left="\d", "credits";charged="0.25"$/,
    );
    const rest = host.trailers ? '"tokens";charged="12.5"' : undefined;
    expect(answer.trailers[FIELD]).toBe(rest);
    const sums = { requests: '1', credits: '0.25', tokens: '12.5' };
    await vi.waitFor(async () => expect(await charged(seller)).toEqual(sums), SOON);
  });

  test('tells of what is not billed that it costs nothing', async () => {
    const seller = await world.customer();
    const headers = { authorization: `Bearer ${seller.key}`, te: 'trailers' };
    const answer = await requested(`${host.urls[0]}/told/500`, headers);
    expect(answer.headers[FIELD]).toBe('"requests";charged="0", "credits";charged="0"');
    expect(answer.trailers[FIELD]).toBe(host.trailers ? '"tokens";charged="0"' : undefined);
    const failed = await call('/dead', { key: seller.key });
    await failed.text();
    expect([failed.status, failed.headers.get(FIELD)]).toEqual([
      502,
      '"requests";charged="0", "credits";charged="0", "tokens";charged="0"',
    ]);
  });

  test('sends no trailer to who takes none, and tells nothing on other routes', async () => {
    const { key } = await world.customer();
    const authorization = `Bearer ${key}`;
    const plain = await requested(`${host.urls[0]}/told/200`, { authorization });
    expect(plain.rawTrailers).toEqual([]);
    const quiet = await requested(`${host.urls[0]}/quiet/200`, { authorization, te: 'trailers' });
    expect(quiet.headers[FIELD]).toBeUndefined();
    expect(quiet.rawTrailers).toEqual([]);
  });

  test('refuses without a cost', async () => {
    const { key } = await world.customer({ quota: { limit: 0 } });
    const refused = await call('/told/200', { key });
    await refused.text();
    expect([refused.status, refused.headers.get(FIELD)]).toEqual([429, null]);
  });
});
