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
};

/** Meters by page, newest first; one row more than asked tells whether there is another page. */
export async function listMeters(sql: Query, page: PageQuery): Promise<MeterRow[]> {
  const after = afterCursor(page, 'mtr');
  return sql<MeterRow[]>`
    select id, slug, name, unit, scale, created_at from meters
     where ${after === null ? sql`true` : sql`id < ${after}`}
     order by id desc limit ${page.limit + 1}`;
}

export async function meterById(sql: Query, id: string): Promise<MeterRow | undefined> {
  const [row] = await sql<MeterRow[]>`
    select id, slug, name, unit, scale, created_at from meters where id = ${id}`;
  return row;
}

export async function insertMeter(tx: Tx, id: string, meter: NewMeter): Promise<MeterRow> {
  const { slug, name, unit, scale } = meter;
  const [row] = await unique(
    { meters_slug_key: `A meter with slug ${slug} exists already` },
    tx<[MeterRow]>`
      insert into meters ${tx({ id, slug, name, unit, scale })}
      returning id, slug, name, unit, scale, created_at`,
  );
  return row;
}

export async function renameMeter(tx: Tx, id: string, name: string): Promise<MeterRow | undefined> {
  const [row] = await tx<MeterRow[]>`
    update meters set name = ${name} where id = ${id}
    returning id, slug, name, unit, scale, created_at`;
  return row;
}

/** The meters of these slugs; a slug that is not there is left out. */
export async function metersBySlug(sql: Query, slugs: string[]): Promise<MeterRow[]> {
  return sql<MeterRow[]>`
    select id, slug, name, unit, scale, created_at from meters where slug = any(${slugs})`;
}

/** The meters of these ids; an id that is not there is left out. */
export async function metersById(sql: Query, ids: string[]): Promise<MeterRow[]> {
  return sql<MeterRow[]>`
    select id, slug, name, unit, scale, created_at from meters where id = any(${ids})`;
}

/** Foreign keys say whether it is in use: the ledger knows only meters that routes name. */
export async function deleteMeter(tx: Tx, id: string): Promise<void> {
  const used = new Fault('state_conflict', {
    detail: 'A route, a price or an entitlement names the meter',
  });
  await referenced(used, tx`delete from meters where id = ${id}`);
}
