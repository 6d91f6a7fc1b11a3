import { RETENTION_KINDS, type Retention, type RetentionSettings } from '../contract/retention.ts';
import type { RetentionKind } from '../contract/retention.ts';
import type { Query, Tx } from '../kit/database.ts';
import type { Held } from './held.ts';

export async function settingsNow(sql: Query): Promise<RetentionSettings> {
  const rows = await sql<{ kind: RetentionKind; keep_days: number | null }[]>`
    select kind, keep_days from retention_settings`;
  return Object.fromEntries(
    rows.map(({ kind, keep_days }) => [kind, keep_days]),
  ) as RetentionSettings;
}

export async function saveSettings(tx: Tx, settings: RetentionSettings): Promise<void> {
  for (const kind of RETENTION_KINDS) {
    await tx`update retention_settings set keep_days = ${settings[kind]} where kind = ${kind}`;
  }
}

/** What a round took of a kind; `held` is what it left of the ledger though it is old enough. */
export async function saveRun(
  tx: Tx,
  { kind, gone, held, now }: { kind: RetentionKind; gone: number; held?: Held; now: Date },
): Promise<void> {
  await tx`
    insert into retention_runs (kind, ran_at, gone, held_day, held_by)
    values (${kind}, ${now}, ${gone}, ${held?.day ?? null}, ${held?.by ?? null})
    on conflict (kind) do update
      set ran_at = excluded.ran_at, gone = retention_runs.gone + excluded.gone,
          held_day = excluded.held_day, held_by = excluded.held_by`;
}

type RunRow = Omit<Retention['rounds'][number], 'ran_at'> & { ran_at: Date };

export async function runs(sql: Query): Promise<Retention['rounds']> {
  const rows = await sql<RunRow[]>`
    select kind, ran_at, gone::float8 as gone, held_day::text, held_by
      from retention_runs order by kind`;
  return rows.map((row) => ({ ...row, ran_at: row.ran_at.toISOString() }));
}
