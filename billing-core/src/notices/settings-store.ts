import { NOTICE_KINDS, type NoticeKind, type NoticeSettings } from '../contract/notice.ts';
import type { Query, Tx } from '../kit/database.ts';

/** To more members than these nothing is sent: a customer names an address of its own. */
const MEMBERS_MAX = 10;

/** Where e-mails of this kind go for this customer: nowhere, if it wants none. */
export async function mailedTo(
  sql: Query,
  customerId: string,
  kind: NoticeKind,
): Promise<string[]> {
  const rows = await sql<{ address: string }[]>`
    with wanted as (
      select addresses, mailed from customers left join notice_settings on customer_id = id
       where id = ${customerId})
    select distinct address from (
      select unnest(addresses) as address, mailed from wanted
       union all
      (select email, mailed from wanted, memberships join users on users.id = user_id
        where addresses is null and customer_id = ${customerId}
          and memberships.role in ('owner', 'billing')
        order by memberships.id limit ${MEMBERS_MAX})) known
     where mailed is null or ${kind} = any(mailed) order by address`;
  return rows.map(({ address }) => address);
}

/** What this customer chose; all of it, to those who own it and see to its bills, unless it did. */
export async function settingsOf(sql: Query, customerId: string): Promise<NoticeSettings> {
  const [row] = await sql<NoticeSettings[]>`
    select addresses, mailed from notice_settings where customer_id = ${customerId}`;
  return row ?? { addresses: null, mailed: [...NOTICE_KINDS] };
}

export async function saveSettings(
  tx: Tx,
  customerId: string,
  { addresses, mailed }: NoticeSettings,
): Promise<void> {
  await tx`
    insert into notice_settings (customer_id, addresses, mailed)
    values (${customerId}, ${addresses}::text[], ${mailed}::text[])
    on conflict (customer_id) do update
      set addresses = excluded.addresses, mailed = excluded.mailed`;
}
