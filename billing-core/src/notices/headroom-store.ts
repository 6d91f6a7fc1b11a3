import type { Query, Tx } from '../kit/database.ts';
import { REMEMBERED_MAX, type Headroom } from './headroom.ts';

/** By meter: what was used in all, and up to what nothing is to be told; decimal text. */
type Meters = Record<string, { from?: string; up_to?: string }>;

function metersOf({ from, upTo }: Headroom): Meters {
  const ids = new Set([...from.keys(), ...upTo.keys()]);
  return Object.fromEntries(
    [...ids].map((id) => {
      const [was, end] = [from.get(id), upTo.get(id)];
      return [
        id,
        {
          ...(was !== undefined && { from: was.toString() }),
          ...(end !== undefined && { up_to: end.toString() }),
        },
      ];
    }),
  );
}

type Kept = Pick<Headroom, 'until' | 'change'>;

function headroomOf(meters: Meters, kept: Kept): Headroom {
  const all = Object.entries(meters);
  const only = (field: 'from' | 'up_to') =>
    new Map(
      all.flatMap(([id, known]): [string, bigint][] => {
        const text = known[field];
        return text === undefined ? [] : [[id, BigInt(text)]];
      }),
    );
  return { from: only('from'), upTo: only('up_to'), ...kept };
}

/** Keeps what a look found, in its own transaction. */
export async function keepHeadrooms(tx: Tx, found: ReadonlyMap<string, Headroom>): Promise<void> {
  if (found.size === 0) return;
  const rows = [...found];
  const until = rows.map(([, headroom]) => new Date(headroom.until).toISOString());
  await tx`
    insert into notice_headrooms (customer_id, meters, until, change)
    select id, meters::jsonb, until, change
      from unnest(${rows.map(([id]) => id)}::text[],
                  ${rows.map(([, one]) => JSON.stringify(metersOf(one)))}::text[],
                  ${until}::timestamptz[],
                  ${rows.map(([, { change }]) => change.toString())}::bigint[])
           found (id, meters, until, change)
    on conflict (customer_id) do update
      set meters = excluded.meters, until = excluded.until, change = excluded.change`;
}

export type KeptHeadrooms = {
  found: ReadonlyMap<string, Headroom>;
  /** The oldest change up to which some of them know; undefined where nothing is kept. */
  change: bigint | undefined;
};

type Page = {
  ids: string[];
  meters: Meters[];
  until: number[];
  changes: string[];
  change: bigint | null;
};

/** What was found and holds still at `now` (ms). One row: so many would take seconds to be read. */
export async function keptHeadrooms(sql: Query, now: number): Promise<KeptHeadrooms> {
  const [page] = await sql<[Page]>`
    select coalesce(json_agg(customer_id), '[]') as ids, coalesce(json_agg(meters), '[]') as meters,
           coalesce(json_agg(extract(epoch from until) * 1000), '[]') as until,
           coalesce(json_agg(change::text), '[]') as changes,
           min(change) as change
      from (select * from notice_headrooms where until > ${new Date(now)}
             order by until desc limit ${REMEMBERED_MAX}) kept`;
  const found = page.ids.map((id, at): [string, Headroom] => [
    id,
    headroomOf(page.meters[at] ?? {}, {
      until: page.until[at] ?? 0,
      change: BigInt(page.changes[at] ?? 0),
    }),
  ]);
  return { found: new Map(found), change: page.change ?? undefined };
}

/** Deletes what holds no more, so that customers who went quiet leave nothing behind. */
export async function forgetHeadrooms(sql: Query, now: number): Promise<void> {
  await sql`delete from notice_headrooms where until <= ${new Date(now)}`;
}
