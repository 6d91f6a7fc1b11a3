import { unscaled } from '../catalog/quantity.ts';
import type { QuotaScope, WindowKind } from '../contract/facts.ts';
import type { PageQuery } from '../contract/page.ts';
import type { QuotaRequest, QuotaRequestState } from '../contract/quota-request.ts';
import type { Query, Tx } from '../kit/database.ts';
import { afterCursor } from '../kit/page.ts';

export type NewRow = {
  id: string;
  customer_id: string;
  asked_by: string;
  meter_id: string;
  quota_window: WindowKind;
  quota_scope: QuotaScope;
  limit_then: bigint;
  limit_asked: bigint;
  reason: string;
  created_at: Date;
};

export type RequestRow = Omit<NewRow, 'asked_by'> & {
  state: QuotaRequestState;
  answer: string;
  answered_at: Date | null;
  customer_name: string;
  asker: QuotaRequest['asked_by'];
  meter: QuotaRequest['meter'] & { scale: number };
  /** Of the override that it was answered with. */
  raised: { id: string; limit: string; ends_at: string | null } | null;
};

type Ask = PageQuery & {
  customer_id?: string | undefined;
  state?: QuotaRequestState | undefined;
};

const requests = (sql: Query) => sql`
  select quota_requests.id, customer_id, meter_id, quota_window, quota_scope, limit_then,
         limit_asked, reason, quota_requests.state, answer, answered_at,
         quota_requests.created_at, customers.name as customer_name,
         case when users.id is not null then json_build_object(
           'id', users.id, 'name', users.name, 'email', users.email) end as asker,
         json_build_object('id', meters.id, 'slug', meters.slug, 'name', meters.name,
                           'unit', meters.unit, 'scale', meters.scale) as meter,
         (select json_build_object('id', made.id, 'limit', made.quota_limit::text,
                                   'ends_at', made.ends_at)
            from quota_overrides made where made.request_id = quota_requests.id) as raised
    from quota_requests
    join customers on customers.id = customer_id
    left join users on users.id = asked_by
    join meters on meters.id = meter_id`;

/** Requests by page, newest first, one row more than asked. */
export async function listRequests(sql: Query, ask: Ask): Promise<RequestRow[]> {
  const after = afterCursor(ask, 'qrq');
  const { customer_id: customerId, state } = ask;
  return sql<RequestRow[]>`
    ${requests(sql)}
     where ${after === null ? sql`true` : sql`quota_requests.id < ${after}`}
       and ${customerId === undefined ? sql`true` : sql`customer_id = ${customerId}`}
       and ${state === undefined ? sql`true` : sql`quota_requests.state = ${state}`}
     order by quota_requests.id desc limit ${ask.limit + 1}`;
}

/** One request; with `customerId` only one of that customer. */
export async function requestById(
  sql: Query,
  id: string,
  customerId?: string,
): Promise<RequestRow | undefined> {
  const [row] = await sql<RequestRow[]>`
    ${requests(sql)}
     where quota_requests.id = ${id}
       and ${customerId === undefined ? sql`true` : sql`customer_id = ${customerId}`}`;
  return row;
}

/** False where one is open for the same quota. */
export async function insertRequest(tx: Tx, row: NewRow): Promise<boolean> {
  const rows = await tx`
    insert into quota_requests ${tx(row)}
    on conflict (customer_id, meter_id, quota_window, quota_scope) where state = 'open'
    do nothing returning id`;
  return rows.length === 1;
}

type Closing = { state: Exclude<QuotaRequestState, 'open'>; answer: string; answered_at: Date };

/** False where it is not open any more: of two who answer at once one is told so. */
export async function closeRequest(tx: Tx, id: string, closing: Closing): Promise<boolean> {
  const rows = await tx`
    update quota_requests set ${tx(closing)} where id = ${id} and state = 'open' returning id`;
  return rows.length === 1;
}

function raiseShown({ raised, meter }: RequestRow): QuotaRequest['raise'] {
  if (raised === null) return null;
  const { id, limit, ends_at: end } = raised;
  const ends_at = end === null ? null : new Date(end).toISOString();
  return { override_id: id, limit: unscaled(BigInt(limit), meter.scale), ends_at };
}

/** The request as both sides see it. */
export function shownRequest(row: RequestRow): QuotaRequest {
  const { scale, ...meter } = row.meter;
  return {
    id: row.id,
    customer: { id: row.customer_id, name: row.customer_name },
    asked_by: row.asker,
    meter,
    window: row.quota_window,
    scope: row.quota_scope,
    limit_then: unscaled(row.limit_then, scale),
    limit: unscaled(row.limit_asked, scale),
    reason: row.reason,
    state: row.state,
    answer: row.answer,
    raise: raiseShown(row),
    answered_at: row.answered_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
  };
}
