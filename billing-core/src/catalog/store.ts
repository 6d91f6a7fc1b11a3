import type { NewMeter } from '../contract/meter.ts';
import type { PageQuery } from '../contract/page.ts';
import { referenced, unique, type Query, type Tx } from '../kit/database.ts';
import { Fault } from '../kit/fault.ts';
import { afterCursor } from '../kit/page.ts';

export type MeterRow = {
  id: string;
  slug: string;
  name: string;
  unit: string;
  scale: number;
  created_at: Date;
  archived_at: Date | null;
};

const columns = (sql: Query) => sql`id, slug, name, unit, scale, created_at, archived_at`;

/** Meters by page, newest first; one row more than asked tells whether there is another page. */
export async function listMeters(sql: Query, page: PageQuery): Promise<MeterRow[]> {
  const after = afterCursor(page, 'mtr');
  return sql<MeterRow[]>`
    select ${columns(sql)} from meters
     where ${after === null ? sql`true` : sql`id < ${after}`}
     order by id desc limit ${page.limit + 1}`;
}

export async function meterById(sql: Query, id: string): Promise<MeterRow | undefined> {
  const [row] = await sql<MeterRow[]>`
    select ${columns(sql)} from meters where id = ${id}`;
  return row;
}

export async function insertMeter(tx: Tx, id: string, meter: NewMeter): Promise<MeterRow> {
  const { slug, name, unit, scale } = meter;
  const [row] = await unique(
    { meters_slug_key: `A meter with slug ${slug} exists already` },
    tx<[MeterRow]>`
      insert into meters ${tx({ id, slug, name, unit, scale })}
      returning ${columns(tx)}`,
  );
  return row;
}

export type MeterChange = { name?: string; archived_at?: Date | null };

export async function updateMeter(
  tx: Tx,
  id: string,
  change: MeterChange,
): Promise<MeterRow | undefined> {
  const [row] = await tx<MeterRow[]>`
    update meters set ${tx(change)} where id = ${id} returning ${columns(tx)}`;
  return row;
}

/** The meter, with whoever begins to name it waiting. */
export async function lockMeter(tx: Tx, id: string): Promise<MeterRow | undefined> {
  const [row] = await tx<MeterRow[]>`
    select ${columns(tx)} from meters where id = ${id} for update`;
  return row;
}

/** Those of these meters, by id or slug, that nothing new may name; none is archived meanwhile. */
export async function archivedOf(tx: Tx, named: readonly string[]): Promise<Set<string>> {
  const rows = await tx<{ id: string; slug: string; archived: boolean }[]>`
    select id, slug, archived_at is not null as archived from meters
     where id = any(${[...named]}) or slug = any(${[...named]}) order by id for share`;
  return new Set(rows.flatMap(({ id, slug, archived }) => (archived ? [id, slug] : [])));
}

/** The names of routes that count on it now; routes write that table. */
export async function routesCounting(tx: Tx, meterId: string): Promise<string[]> {
  const rows = await tx<{ name: string }[]>`
    select distinct routes.name from route_meterings counted
      join routes on routes.id = counted.route_id and routes.version = counted.version
     where counted.meter_id = ${meterId} and deleted_at is null order by 1 limit 10`;
  return rows.map(({ name }) => name);
}

/** The meters of these slugs; a slug that is not there is left out. */
export async function metersBySlug(sql: Query, slugs: string[]): Promise<MeterRow[]> {
  return sql<MeterRow[]>`
    select ${columns(sql)} from meters where slug = any(${slugs})`;
}

/** The meters of these ids; an id that is not there is left out. */
export async function metersById(sql: Query, ids: string[]): Promise<MeterRow[]> {
  return sql<MeterRow[]>`
    select ${columns(sql)} from meters where id = any(${ids})`;
}

/** Foreign keys say whether it is in use: the ledger knows only meters that routes name. */
export async function deleteMeter(tx: Tx, id: string): Promise<void> {
  const used = new Fault('state_conflict', {
    detail: 'A route, a price or an entitlement names the meter',
  });
  await referenced(used, tx`delete from meters where id = ${id}`);
}
