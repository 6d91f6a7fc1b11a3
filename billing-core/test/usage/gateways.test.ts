import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DeadLetter, GatewayState } from '../../src/contract/gateway-state.ts';
import type { Page } from '../../src/contract/page.ts';
import { openScene, type Scene } from './scene.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.surface.close());

test('gateways show how far behind each boot is, live ones first', async () => {
  const { sql, clock } = scene.surface;
  const started_at = new Date(clock.now - 90_000);
  const boot = { gateway_id: 'gw_a', fingerprint: 'f', version: '1.0', started_at };
  await sql`insert into gateways ${sql([{ id: 'gw_a' }, { id: 'gw_b' }])}`;
  const infinite = '9223372036854775807';
  await sql`insert into boots ${sql([
    {
      ...boot,
      boot_id: 'old',
      state: 'sealed',
      watermark: infinite,
      in_doubt: 3,
      next_sequence: 9,
      ended_at: started_at,
    },
    {
      ...boot,
      boot_id: 'new',
      state: 'live',
      watermark: clock.now - 1_500,
      in_doubt: 0,
      next_sequence: 4,
      ended_at: null,
    },
    {
      ...boot,
      boot_id: 'fresh',
      state: 'live',
      watermark: 0,
      in_doubt: 0,
      next_sequence: 1,
      ended_at: null,
    },
    {
      ...boot,
      boot_id: 'broken',
      state: 'live',
      watermark: '9007199254740991',
      in_doubt: 0,
      next_sequence: 1,
      ended_at: null,
    },
  ])}`;
  const { body } = await scene.admin<Page<GatewayState>>('/gateways');
  expect(body.data.map((gateway) => [gateway.id, gateway.boots.length])).toEqual([
    ['gw_a', 4],
    ['gw_b', 0],
  ]);
  const boots = new Map(body.data[0]?.boots.map((row) => [row.boot, row]));
  expect(body.data[0]?.boots.at(-1)?.boot).toBe('old');
  expect(boots.get('new')).toMatchObject({
    state: 'live',
    lag_ms: 1_500,
    watermark: new Date(clock.now - 1_500).toISOString(),
    next_sequence: 4,
    in_doubt: 0,
    ended_at: null,
  });
  expect(boots.get('fresh')).toMatchObject({ watermark: null, lag_ms: 90_000 });
  expect(boots.get('broken')).toMatchObject({ lag_ms: clock.now - 8_640_000_000_000_000 });
  expect(boots.get('old')).toMatchObject({
    state: 'sealed',
    watermark: null,
    lag_ms: null,
    in_doubt: 3,
    next_sequence: 9,
  });
});

test('gateways are paged by id', async () => {
  const first = (await scene.admin<Page<GatewayState>>('/gateways?limit=1')).body;
  expect(first.has_more).toBe(true);
  const second = await scene.admin<Page<GatewayState>>(
    `/gateways?limit=1&cursor=${first.next_cursor}`,
  );
  expect([first, second.body].map((list) => list.data[0]?.id)).toEqual(['gw_a', 'gw_b']);
});

test('dead letters are listed newest first, each once, without their content', async () => {
  const { sql } = scene.surface;
  const letter = {
    gateway_id: 'gw_a',
    boot_id: 'old',
    reason: 'not JSON',
    content: Buffer.from('hello'),
  };
  const letters = [1, 2, 3, 4, 5].map((sequence) => ({
    ...letter,
    sequence,
    checksum: Buffer.alloc(32, sequence),
    created_at: new Date(Date.UTC(2026, 2, sequence < 3 ? 1 : 2)),
  }));
  await sql`insert into usage_dead_letters ${sql(letters)}`;
  const seen: DeadLetter[] = [];
  for (let next: string | null = ''; next !== null;) {
    const cursor: string = next && `&cursor=${next}`;
    const { body } = await scene.admin<Page<DeadLetter>>(`/usage/dead-letters?limit=2${cursor}`);
    seen.push(...body.data);
    next = body.next_cursor;
  }
  expect(seen.map((row) => row.sequence).toSorted()).toEqual([1, 2, 3, 4, 5]);
  expect(seen.map((row) => row.created_at.slice(0, 10))).toEqual([
    '2026-03-02',
    '2026-03-02',
    '2026-03-02',
    '2026-03-01',
    '2026-03-01',
  ]);
  expect(seen.find((row) => row.sequence === 3)).toEqual({
    gateway: 'gw_a',
    boot: 'old',
    sequence: 3,
    reason: 'not JSON',
    sha256: '03'.repeat(32),
    bytes: 5,
    created_at: '2026-03-02T00:00:00.000Z',
    resolved_at: null,
    resolution: null,
    note: null,
  });
  const cursor = Buffer.from('1.x').toString('base64url');
  expect((await scene.admin(`/usage/dead-letters?cursor=${cursor}`)).status).toBe(400);
});
