import type { Figures } from '../contract/figures.ts';
import { MINUTE_MS } from '../kit/clock.ts';
import type { Query } from '../kit/database.ts';
import { rollupsOf } from '../usage/reading.ts';

type Outcomes = Record<'requests' | 'failed' | 'client_errors' | 'aborted' | 'refused', number>;

/** How requests of everybody ended between these times (ms), in whole minutes. */
export async function trafficBetween(
  sql: Query,
  { from, to }: { from: number; to: number },
): Promise<Figures['traffic']> {
  const minutes = { from: Math.floor(from / MINUTE_MS), to: Math.ceil(to / MINUTE_MS) };
  const ask = {
    ...minutes,
    whose: 'everybody',
    interval: 'hour',
    group: 'none',
    meterId: 'mtr_requests',
    keyId: undefined,
    routeId: undefined,
  } as const;
  const [row] = await sql<[Outcomes]>`
    select coalesce(sum(requests), 0)::float8 as requests,
           coalesce(sum(requests) filter (where outcome in
             ('server_error', 'upstream_timeout', 'upstream_error')), 0)::float8 as failed,
           coalesce(sum(requests) filter (where outcome = 'client_error'), 0)::float8
             as client_errors,
           coalesce(sum(requests) filter (where outcome = 'client_abort'), 0)::float8 as aborted,
           (select coalesce(sum(requests), 0)::float8 from usage_refusals
             where minute >= ${minutes.from} and minute < ${minutes.to}) as refused
      from (${rollupsOf(sql, ask)}) rollups`;
  const [start, end] = [minutes.from, minutes.to].map((minute) => minute * MINUTE_MS);
  return {
    from: new Date(start ?? from).toISOString(),
    to: new Date(end ?? to).toISOString(),
    ...row,
  };
}

type BehindRow = { gateway: string; boot: string; watermark: bigint; started_at: Date };
type Waiting = { live: number; unrolled: number; letters: number; gaps: number };

/** How far the ledger is behind at `now` (ms), and what is missing in it. */
export async function ingestAt(sql: Query, now: number): Promise<Figures['ingest']> {
  const [furthest] = await sql<BehindRow[]>`
    select gateway_id as gateway, boot_id as boot, watermark, started_at from boots
     where state = 'live'
     order by case watermark when 0 then extract(epoch from started_at) * 1000 else watermark end,
              gateway_id, boot_id limit 1`;
  const [waiting] = await sql<[Waiting]>`
    select (select count(*)::int from boots where state = 'live') as live,
           (select count(*)::int from usage_batches where roll_number is null) as unrolled,
           (select count(*)::int from usage_dead_letters where resolved_at is null) as letters,
           (select count(*)::int from usage_gaps) as gaps`;
  const since = furthest && (Number(furthest.watermark) || furthest.started_at.getTime());
  return {
    lag_ms: since === undefined ? null : Math.round(now - since),
    furthest: furthest ? { gateway: furthest.gateway, boot: furthest.boot } : null,
    live_boots: waiting.live,
    unrolled_batches: waiting.unrolled,
    dead_letters: waiting.letters,
    gaps: waiting.gaps,
  };
}
