import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { GatewayReport } from '../../contract/gateway-report.ts';
import type { GatewayState } from '../../contract/gateway-state.ts';
import type { RouteHealth } from '../../contract/route-health.ts';
import { footprint, openCore, type Core } from '../../test/core.ts';

// How gateways say they do, beside their syncs.

const URL = 'https://upstream.example.test';
let core: Core;
let token: string;
let routeId: string;
let count = 0;
let names: { gateway: string; boot: string };

beforeAll(async () => {
  core = await openCore();
  token = await core.mint(['sync']);
  const route = { name: 'r', path_pattern: '/*', upstreams: [{ url: URL }] };
  routeId = (await core.admin('POST', '/v1/routes', route)).body['id'] as string;
});
afterAll(() => core.close());
beforeEach(async () => {
  count += 1;
  names = { gateway: `gw_${count}`, boot: `bt_${count}` };
  await core.sql`delete from gateway_reports`;
  await core.sql`delete from boots`;
  await core.sql`insert into gateways (id) values (${names.gateway})`;
  await seen(names.boot);
});

async function seen(boot_id: string, more: object = {}): Promise<void> {
  const row = { gateway_id: names.gateway, boot_id, fingerprint: 'f', ...more };
  await core.sql`insert into boots ${core.sql(row)}`;
}

const SPOOL = { bytes: 900, bytes_max: 1_000, records: 7, oldest_ms: 60_000 };
const reportOf = (more: Partial<GatewayReport> = {}): GatewayReport => ({
  ...names,
  spool: SPOOL,
  upstreams: [],
  ...more,
});
const upstream = { route: '', url: URL, breaker: null, checks: null };

async function tell(body: unknown, as = token): Promise<{ status: number; code: unknown }> {
  const headers = { authorization: `Bearer ${as}` };
  const answer = await core.call('POST', '/internal/v1/report', { body, headers });
  return { status: answer.status, code: answer.text === '' ? null : answer.body['code'] };
}
const health = async (): Promise<RouteHealth> =>
  JSON.parse((await core.admin('GET', `/v1/routes/${routeId}/health`)).text);
async function bootsNow(): Promise<GatewayState['boots']> {
  const { data } = JSON.parse((await core.admin('GET', '/v1/gateways?limit=100')).text);
  return (data as GatewayState[]).find(({ id }) => id === names.gateway)?.boots ?? [];
}

describe('a spool', () => {
  test('is not known before its boot has told, and is what it told last after that', async () => {
    expect((await bootsNow())[0]?.spool).toBe(null);
    expect(await tell(reportOf())).toEqual({ status: 204, code: null });
    await tell(reportOf({ spool: { ...SPOOL, bytes: 0, records: 0, oldest_ms: 0 } }));
    const told = { bytes: 0, bytes_max: 1_000, records: 0, oldest_ms: 0 };
    expect((await bootsNow())[0]?.spool).toEqual({ ...told, told_at: expect.any(String) });
  });

  test('of a boot that has ended, or that has none, is not known', async () => {
    await tell(reportOf({ spool: null }));
    expect((await bootsNow())[0]?.spool).toBe(null);
    await tell(reportOf());
    await core.sql`update boots set state = 'sealed' where boot_id = ${names.boot}`;
    expect((await bootsNow())[0]?.spool).toBe(null);
  });
});

describe('an upstream', () => {
  test('is told by each boot, with since when; what a boot has not said is null', async () => {
    const other = `${names.boot}_b`;
    await seen(other);
    const breaker = { state: 'open' as const, for_ms: 60_000 };
    const checks = { state: 'failing' as const, for_ms: 5_000 };
    const known = { ...upstream, route: routeId, breaker, checks };
    await tell(reportOf({ upstreams: [{ ...known, route: 'rte_other' }, known] }));
    await tell(reportOf({ boot: other }));
    const { data, untold } = await health();
    expect(untold).toBe(0);
    const at = Date.parse(data[0]?.told_at ?? '');
    const since = (ms: number): string => new Date(at - ms).toISOString();
    const named = { url: URL, gateway: names.gateway, told_at: expect.any(String) };
    expect(data).toEqual([
      {
        ...named,
        boot: names.boot,
        breaker: { state: 'open', since: since(60_000) },
        checks: { state: 'failing', since: since(5_000) },
      },
      { ...named, boot: other, breaker: null, checks: null },
    ]);
  });

  test('is a line of a file', async () => {
    const breaker = { state: 'half_open' as const, for_ms: 1 };
    await tell(reportOf({ upstreams: [{ ...upstream, route: routeId, breaker }] }));
    const file = await core.admin('GET', `/v1/routes/${routeId}/health.csv`);
    expect([file.status, file.text.split('\r\n')[1]]).toEqual([
      200,
      expect.stringContaining(`${URL},${names.gateway},${names.boot},half_open`),
    ]);
  });

  test('that the route does not have any more is not shown', async () => {
    await tell(reportOf({ upstreams: [{ ...upstream, route: routeId, url: 'http://gone.test' }] }));
    expect((await health()).data.map(({ url }) => url)).toEqual([URL]);
  });

  test('is unknown at boots that tell nothing: they are counted, and no old ones', async () => {
    await seen(`${names.boot}_old`, { last_seen_at: new Date(0) });
    await seen(`${names.boot}_end`, { state: 'sealed' });
    expect(await health()).toEqual({ data: [], untold: 1 });
  });

  test('of a route that is not there is not found', async () => {
    const path = `/v1/routes/rte_${'0'.repeat(24)}/health`;
    expect((await core.admin('GET', path)).status).toBe(404);
  });
});

describe('a report', () => {
  test.each<[string, unknown, string]>([
    ['no JSON', '{', 'malformed_json'],
    ['nothing', {}, 'invalid_request'],
    ['a list', [], 'invalid_request'],
    ['a boot with NUL', { boot: 'a\0b' }, 'invalid_request'],
    ['fewer than no bytes', { spool: { ...SPOOL, bytes: -1 } }, 'invalid_request'],
    ['half a record', { spool: { ...SPOOL, records: 0.5 } }, 'invalid_request'],
    [
      'a state that is none',
      { upstreams: [{ checks: { state: 'x', for_ms: 1 } }] },
      'invalid_request',
    ],
    [
      'too many upstreams',
      { upstreams: Array(1_001).fill({ ...upstream, route: 'r' }) },
      'invalid_request',
    ],
  ])('of %s is refused, and keeps nothing', async (name, wrong, code) => {
    const before = await footprint(core.sql);
    const isWhole = typeof wrong === 'string' || Array.isArray(wrong) || name === 'nothing';
    const body = isWhole ? wrong : { ...reportOf(), ...(wrong as object) };
    expect(await tell(body)).toEqual({ status: 400, code });
    expect(await footprint(core.sql)).toEqual(before);
  });

  test('may say more than this core knows', async () => {
    expect((await tell({ ...reportOf(), weather: 'fine' })).status).toBe(204);
  });

  test('of a boot that never synced, or has ended, is taken and kept by nobody', async () => {
    await core.sql`update boots set state = 'sealed' where boot_id = ${names.boot}`;
    const before = await footprint(core.sql);
    expect((await tell(reportOf())).status).toBe(204);
    expect((await tell(reportOf({ boot: 'bt_never' }))).status).toBe(204);
    expect(await footprint(core.sql)).toEqual(before);
  });

  test('is for gateways alone', async () => {
    expect((await tell(reportOf(), await core.mint(['read']))).status).toBe(403);
    expect((await tell(reportOf(), 'none')).status).toBe(401);
  });

  test('of the boots before goes a day after it was told', async () => {
    await tell(reportOf());
    const next = `${names.boot}_b`;
    await seen(next);
    const kept = async (): Promise<string[]> =>
      (await core.sql`select boot_id from gateway_reports order by boot_id`).map(
        ({ boot_id: boot }) => boot as string,
      );
    await tell(reportOf({ boot: next }));
    expect(await kept()).toEqual([names.boot, next]);
    await core.sql`update gateway_reports set told_at = now() - interval '25 hours'`;
    await tell(reportOf({ boot: next }));
    expect(await kept()).toEqual([next]);
  });
});
