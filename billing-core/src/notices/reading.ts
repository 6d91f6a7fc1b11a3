import type { Notice, NoticeKind, PortalNotice } from '../contract/notice.ts';
import type { PageQuery } from '../contract/page.ts';
import type { Query, Tx } from '../kit/database.ts';
import { afterCursor } from '../kit/page.ts';

type Timed<Of> = Omit<Of, 'at'> & { at: Date };
export type NoticeRow = Timed<Notice>;
export type OwnNoticeRow = Timed<PortalNotice>;

export type NoticeList = PageQuery & {
  customer_id?: string | undefined;
  kind?: NoticeKind | undefined;
};

const SENT_AT = 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"';

/** Notices by page, newest first, one row more than asked. */
export async function listNotices(sql: Query, list: NoticeList): Promise<NoticeRow[]> {
  const after = afterCursor(list, 'ntc');
  const { customer_id: customerId, kind } = list;
  return sql<NoticeRow[]>`
    select id, customer_id, kind, title, body, path, detail, at,
           (select coalesce(json_agg(json_build_object('address', address, 'state', state,
                     'tries', tries, 'unsure', unsure, 'said', said,
                     'sent_at', to_char(sent_at at time zone 'utc', ${SENT_AT}))
                     order by address), '[]')
              from notice_letters where notice_id = notices.id) as letters
      from notices
     where ${after === null ? sql`true` : sql`id < ${after}`}
       and ${customerId === undefined ? sql`true` : sql`customer_id = ${customerId}`}
       and ${kind === undefined ? sql`true` : sql`kind = ${kind}`}
     order by id desc limit ${list.limit + 1}`;
}

export type Reader = { customerId: string; userId: string };

/** A customer's notices as one of its people sees them. */
export async function noticesFor(
  sql: Query,
  { customerId, userId }: Reader,
  page: PageQuery,
): Promise<OwnNoticeRow[]> {
  const after = afterCursor(page, 'ntc');
  return sql<OwnNoticeRow[]>`
    select id, kind, title, body, path, detail, at,
           exists (select from notice_reads
                    where notice_id = notices.id and user_id = ${userId}) as read
      from notices
     where customer_id = ${customerId} and ${after === null ? sql`true` : sql`id < ${after}`}
     order by id desc limit ${page.limit + 1}`;
}

/** More are not counted: nobody reads a larger number. */
const UNREAD_MAX = 100;

/** How many this person has not read, 100 at most. */
export async function unreadBy(sql: Query, { customerId, userId }: Reader): Promise<number> {
  const [row] = await sql<[{ unread: number }]>`
    select count(*)::int as unread from (
      select from notices
       where customer_id = ${customerId}
         and not exists (select from notice_reads
                          where notice_id = notices.id and user_id = ${userId})
       limit ${UNREAD_MAX}) unread`;
  return row.unread;
}

/** Notes that this person has read one of the customer's, or all; false where there is no such. */
export async function markRead(
  tx: Tx,
  { customerId, userId }: Reader,
  { noticeId, now }: { noticeId: string | null; now: number },
): Promise<boolean> {
  const rows = await tx`
    with meant as (
      select id from notices
       where customer_id = ${customerId}
         and ${noticeId === null ? tx`true` : tx`id = ${noticeId}`}),
    noted as (
      insert into notice_reads (notice_id, user_id, read_at)
      select id, ${userId}, ${new Date(now)} from meant on conflict do nothing)
    select from meant limit 1`;
  return rows.length > 0;
}
