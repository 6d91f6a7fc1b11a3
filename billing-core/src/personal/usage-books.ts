import type { Book } from './books.ts';
import type { Query } from '../kit/database.ts';

/** Ids of what a customer has, by which the audit trail names it. */
export const subjectsOf = (sql: Query, customer: string) => sql`
  select ${customer}::text as id
   union all select id from api_keys where customer_id = ${customer}
   union all select id from subscriptions where customer_id = ${customer}
   union all select id from memberships where customer_id = ${customer}
   union all select id from invitations where customer_id = ${customer}
   union all select id from invoices where customer_id = ${customer}
   union all select id from credit_notes where customer_id = ${customer}
   union all select id from payments where customer_id = ${customer}
   union all select id from customer_balance_entries where customer_id = ${customer}
   union all select id from customer_coupons where customer_id = ${customer}
   union all select id from quota_requests where customer_id = ${customer}
   union all select id from quota_overrides where customer_id = ${customer}`;

/** What a customer used, and what was done about it. */
export const USAGE_BOOKS: readonly Book[] = [
  {
    file: 'usage-by-hour',
    about: 'Usage by hour (UTC), meter, key, route and outcome, in units of the meter.',
    isLong: true,
    of: ['usage_hours'],
    read: (sql, customer) => sql`
      select to_timestamp(hour * 3600) as hour, meters.slug as meter, key_id, route_id, outcome,
             billable, requests, trim_scale(quantity / 10::numeric ^ scale) as quantity
        from (select hour, meter_id, key_id, route_id, outcome, billable, requests, quantity
                from usage_hours where customer_id = ${customer}
              union all
              select minute / 60, meter_id, key_id, route_id, outcome, billable, sum(requests),
                     sum(quantity)
                from usage_rollups
               where customer_id = ${customer} and minute >= (select minute from hour_folds)
               group by 1, 2, 3, 4, 5, 6) used
        join meters on meters.id = meter_id
       order by hour, meter, key_id, route_id, outcome`,
  },
  {
    file: 'refusals',
    about: 'Requests that were refused, by minute (UTC) and reason.',
    isLong: true,
    of: ['usage_refusals'],
    read: (sql, customer) => sql`
      select to_timestamp(minute * 60) as minute, reason, requests from usage_refusals
       where customer_id = ${customer} order by usage_refusals.minute, reason`,
  },
  {
    file: 'unreadable-values',
    about: 'Responses in which the value that is counted was missing or bad, by hour (UTC).',
    of: ['usage_value_faults'],
    read: (sql, customer) => sql`
      select to_timestamp(hour * 3600) as hour, route_id, meters.slug as meter, fault, requests
        from usage_value_faults join meters on meters.id = meter_id
       where customer_id = ${customer} order by usage_value_faults.hour, route_id, meter`,
  },
  {
    file: 'requests',
    about: 'Single requests that are still in the log.',
    isLong: true,
    of: ['logged_requests'],
    read: (sql, customer) => sql`
      select number, request_id, at, key_id, route_id, method, path, status, reason, duration_ms,
             decided_ms, upstream_ms, request_bytes, response_bytes, billable, units
        from logged_requests where customer_id = ${customer} order by number`,
  },
  {
    file: 'requests-not-logged',
    about: 'How many more requests there were, by hour (UTC).',
    of: ['skipped_requests'],
    read: (sql, customer) => sql`
      select hour, requests from skipped_requests where customer_id = ${customer} order by hour`,
  },
  {
    file: 'audit',
    about:
      'What was done to the customer and what it has. Of the operator’s people no name is told.',
    of: [],
    read: (sql, customer) => sql`
      select entry.id, entry.at, entry.action, entry.subject_id, entry.detail,
             case when actor_kind = 'user' and role is distinct from 'admin'
                  then actor_id else 'operator' end as actor,
             case when role = 'user' then entry.address end as address
        from audit_entries entry
        left join users on actor_kind = 'user' and users.id = actor_id
       where entry.subject_id in (${subjectsOf(sql, customer)}) order by entry.id`,
  },
  {
    file: 'changes',
    about: 'What each of these was before and after a change.',
    of: [],
    read: (sql, customer) => sql`
      select number, at, table_name, row_id, before, after from audit_changes
       where row_id in (${subjectsOf(sql, customer)}) order by number`,
  },
];

/** The ledger itself, row by row: by far the longest, and only where it is asked for. */
export const LEDGER: Book = {
  file: 'ledger',
  about:
    'Each row of the usage ledger, by minute of admission (UTC); with the id of its request ' +
    'where that is billed once by an Idempotency-Key.',
  isLong: true,
  of: ['usage_entries'],
  read: (sql, customer) => sql`
    select to_timestamp(minute * 60) as minute, meters.slug as meter, key_id, route_id,
           route_version, outcome, billable, unbilled, requests,
           trim_scale(quantity / 10::numeric ^ scale) as quantity, request_id, gateway_id, boot_id,
           sequence, received_day
      from usage_entries join meters on meters.id = meter_id
     where customer_id = ${customer}
     order by usage_entries.minute, received_day, gateway_id, boot_id, sequence`,
};
