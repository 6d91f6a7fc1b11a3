import type { PageQuery } from '../contract/page.ts';
import { unique, type Query, type Tx } from '../kit/database.ts';
import { afterCursor } from '../kit/page.ts';

export type SecretRow = { id: string; name: string; created_at: Date; updated_at: Date };
export type SealedRow = { id: string; name: string; sealed: Buffer };

/** Secrets by page, newest first, one row more than asked. */
export async function listSecrets(sql: Query, page: PageQuery): Promise<SecretRow[]> {
  const after = afterCursor(page, 'sec');
  return sql<SecretRow[]>`
    select id, name, created_at, updated_at from route_secrets
     where ${after === null ? sql`true` : sql`id < ${after}`}
     order by id desc limit ${page.limit + 1}`;
}

export async function secretById(sql: Query, id: string): Promise<SecretRow | undefined> {
  const [row] = await sql<SecretRow[]>`
    select id, name, created_at, updated_at from route_secrets where id = ${id}`;
  return row;
}

export async function countSecrets(sql: Query): Promise<number> {
  const [row] = await sql<[{ count: number }]>`select count(*)::int as count from route_secrets`;
  return row.count;
}

/** The sealed texts of these secrets; of all without names. */
export async function sealedSecrets(sql: Query, names?: readonly string[]): Promise<SealedRow[]> {
  const asked = names === undefined ? sql`true` : sql`name = any(${[...names]})`;
  return sql<SealedRow[]>`select id, name, sealed from route_secrets where ${asked}`;
}

export async function insertSecret(
  tx: Tx,
  { id, name, sealed, now }: SealedRow & { now: number },
): Promise<SecretRow> {
  const at = new Date(now);
  const [row] = await unique(
    { route_secrets_name_key: `A secret named ${name} exists already` },
    tx<[SecretRow]>`
      insert into route_secrets (id, name, sealed, created_at, updated_at)
      values (${id}, ${name}, ${sealed}, ${at}, ${at})
      returning id, name, created_at, updated_at`,
  );
  return row;
}

export async function updateSecret(
  tx: Tx,
  { id, sealed, now }: { id: string; sealed: Buffer; now: number },
): Promise<SecretRow> {
  const [row] = await tx<[SecretRow]>`
    update route_secrets set sealed = ${sealed}, updated_at = ${new Date(now)}
     where id = ${id} returning id, name, created_at, updated_at`;
  return row;
}

/** Sealed anew with another key; the text is the same, so it counts as no change. */
export async function resealSecret(tx: Tx, id: string, sealed: Buffer): Promise<void> {
  await tx`update route_secrets set sealed = ${sealed} where id = ${id}`;
}

export async function removeSecretRow(tx: Tx, id: string): Promise<void> {
  await tx`delete from route_secrets where id = ${id}`;
}
