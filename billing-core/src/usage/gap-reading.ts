import type { PageQuery } from '../contract/page.ts';
import type { Query } from '../kit/database.ts';
import { afterCursor } from '../kit/page.ts';

export type GapRow = {
  id: bigint;
  gateway_id: string;
  boot_id: string;
  reason: string;
  first_frame: bigint | null;
  last_frame: bigint | null;
  created_at: Date;
};

const GAP_PLACE = /^\d{1,18}$/;

/** What is known to be lost or unreadable, newest first, one row more than asked. */
export async function listGaps(sql: Query, page: PageQuery): Promise<GapRow[]> {
  const after = afterCursor(page, GAP_PLACE);
  return sql<GapRow[]>`
    select id, gateway_id, boot_id, reason, first_frame, last_frame, created_at from usage_gaps
     where ${after === null ? sql`true` : sql`id < ${after}::bigint`}
     order by id desc limit ${page.limit + 1}`;
}
