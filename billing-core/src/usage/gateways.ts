import type { BootState, DeadLetter, GatewayState, SpoolState } from '../contract/gateway-state.ts';
import type { Page, PageQuery } from '../contract/page.ts';
import type { Query } from '../kit/database.ts';
import { afterCursor, notOurs, pageFrom } from '../kit/page.ts';
import { spoolsOf } from './reports.ts';

/** Of each gateway; one that crashes in a loop and never ships leaves any number behind. */
const BOOTS_SHOWN_MAX = 20;

type BootRow = Pick<BootState, 'boot' | 'state' | 'version'> & {
  gateway: string;
  next_sequence: number;
  watermark: bigint;
  in_doubt: number;
  started_at: Date;
  last_seen_at: Date;
  ended_at: Date | null;
};
type GatewayRow = { id: string; created_at: Date };

// Beyond it JavaScript has no date; a watermark is whatever a gateway sent.
const DATE_MS_MAX = 8_640_000_000_000_000;

function shownBoot(
  { gateway: _, ...row }: BootRow,
  now: number,
  spool: SpoolState | undefined,
): BootState {
  const live = row.state === 'live';
  const watermark = Math.min(Number(row.watermark), DATE_MS_MAX);
  const since = watermark === 0 ? row.started_at.getTime() : watermark;
  return {
    ...row,
    watermark: live && watermark > 0 ? new Date(watermark).toISOString() : null,
    lag_ms: live ? now - since : null,
    spool: live ? (spool ?? null) : null,
    started_at: row.started_at.toISOString(),
    last_seen_at: row.last_seen_at.toISOString(),
    ended_at: row.ended_at?.toISOString() ?? null,
  };
}

/** The boots of these gateways: live ones first, then the latest, a bounded number of each. */
async function bootsOf(sql: Query, gatewayIds: string[]): Promise<BootRow[]> {
  return sql<BootRow[]>`
    select gateway_id as gateway, boots.* from unnest(${gatewayIds}::text[]) asked (gateway_id)
     cross join lateral (
       select boot_id as boot, state, version, next_sequence::float8 as next_sequence, watermark,
              in_doubt::float8 as in_doubt, started_at, last_seen_at, ended_at
         from boots where boots.gateway_id = asked.gateway_id
        order by state = 'live' desc, last_seen_at desc, boot_id limit ${BOOTS_SHOWN_MAX}) boots`;
}

const GATEWAY_ID = /^[\w|.:-]{1,150}$/;

/** Gateways with their boots, by id; `lag_ms` is the age of a live boot's watermark at `now`. */
export async function listGateways(
  { query: sql, now }: { query: Query; now: number },
  page: PageQuery,
): Promise<Page<GatewayState>> {
  const after = afterCursor(page, GATEWAY_ID);
  // Gateways name themselves and are never deleted: only a row says which names are ours.
  if (after !== null && !(await sql`select from gateways where id = ${after}`).length) {
    throw notOurs();
  }
  const rows = await sql<GatewayRow[]>`
    select id, created_at from gateways
     where ${after === null ? sql`true` : sql`id > ${after}`} order by id limit ${page.limit + 1}`;
  const boots = await bootsOf(
    sql,
    rows.map((row) => row.id),
  );
  const spools = await spoolsOf(
    sql,
    boots.map(({ boot }) => boot),
  );
  const item = ({ id, created_at }: GatewayRow): GatewayState => ({
    id,
    created_at: created_at.toISOString(),
    boots: boots
      .filter((boot) => boot.gateway === id)
      .map((boot) => shownBoot(boot, now, spools.get(boot.boot))),
  });
  return pageFrom(rows, { limit: page.limit, key: (row) => row.id, item });
}

type LetterRow = Omit<DeadLetter, 'created_at' | 'resolved_at'> & {
  created_at: Date;
  resolved_at: Date | null;
  micros: bigint;
  tie: string;
};

const shownLetter = ({ micros: _, tie: __, ...row }: LetterRow): DeadLetter => ({
  ...row,
  created_at: row.created_at.toISOString(),
  resolved_at: row.resolved_at?.toISOString() ?? null,
});

const LETTER_PLACE = /^\d{1,18}\.[0-9a-f]{32}$/;

function letterCursor(after: string | null): { micros: string; tie: string } | null {
  if (after === null) return null;
  const [micros = '', tie = ''] = after.split('.');
  return { micros, tie };
}

/** Batches that could not be read, newest first. */
export async function listDeadLetters(sql: Query, page: PageQuery): Promise<Page<DeadLetter>> {
  const after = letterCursor(afterCursor(page, LETTER_PLACE));
  const rows = await sql<LetterRow[]>`
    select gateway, boot, sequence, reason, sha256, bytes, created_at, resolved_at, resolution,
           note, micros, tie
      from (select gateway_id as gateway, boot_id as boot, sequence::float8 as sequence, reason,
                   encode(checksum, 'hex') as sha256, octet_length(content) as bytes, created_at,
                   resolved_at, resolution, note,
                   (extract(epoch from created_at) * 1000000)::bigint as micros,
                   md5(concat_ws(' ', gateway_id, boot_id, sequence)) as tie
              from usage_dead_letters) letters
     where ${after ? sql`(micros, tie) < (${after.micros}::bigint, ${after.tie})` : sql`true`}
     order by micros desc, tie desc limit ${page.limit + 1}`;
  const key = (row: LetterRow): string => `${row.micros}.${row.tie}`;
  return pageFrom(rows, { limit: page.limit, key, item: shownLetter });
}
