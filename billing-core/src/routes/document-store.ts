import type { JSONValue } from 'postgres';
import type { Reference } from '../contract/api-document.ts';
import type { Query, Tx } from '../kit/database.ts';

export type DocumentRow = { reference: Reference; bytes: number; updated_at: Date };

export async function documentRow(sql: Query): Promise<DocumentRow | undefined> {
  const [row] = await sql<DocumentRow[]>`
    select reference, bytes, updated_at from api_documents`;
  return row;
}

/** The document as it was given. */
export async function documentSource(sql: Query): Promise<JSONValue | undefined> {
  const [row] = await sql<{ source: JSONValue }[]>`select source from api_documents`;
  return row?.source;
}

export async function saveDocument(
  tx: Tx,
  { source, reference, updated_at }: { source: JSONValue; reference: Reference; updated_at: Date },
): Promise<void> {
  const bytes = Buffer.byteLength(JSON.stringify(source));
  const row = { source: tx.json(source), reference: tx.json(reference), bytes, updated_at };
  await tx`
    insert into api_documents ${tx(row)}
    on conflict (one) do update set source = excluded.source, reference = excluded.reference,
      bytes = excluded.bytes, updated_at = excluded.updated_at`;
}

/** False where there is none. */
export async function removeDocument(tx: Tx): Promise<boolean> {
  return (await tx`delete from api_documents returning one`).length === 1;
}
