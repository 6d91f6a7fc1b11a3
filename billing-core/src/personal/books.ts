import type { MaybeRow, PendingQuery } from 'postgres';
import type { Query } from '../kit/database.ts';

/** A file of the archive, as CSV and mostly as JSON too: the rows of one kind, in an order. */
export type Book = {
  file: string;
  /** For its reader: what a row is. */
  about: string;
  /** Too many rows for a program that reads JSON as a whole. */
  isLong?: boolean;
  /** The tables whose rows of a customer are all in it. */
  of: readonly string[];
  read(sql: Query, customer: string): PendingQuery<MaybeRow[]>;
};

/** Everything of a customer but its usage and its money. */
export const BOOKS: readonly Book[] = [
  {
    file: 'customer',
    about: 'The customer itself. `key_ref` is what its keys begin with.',
    of: ['customers'],
    read: (sql, customer) => sql`
      select id, name, external_id, billing_address, tax_number, currency, billing_zone, key_ref,
             key_scopes, metadata, state, clock_ms, created_at, updated_at
        from customers where id = ${customer}`,
  },
  {
    file: 'earlier-billing-zones',
    about: 'Zones that its days and months had before, each until then.',
    of: ['earlier_billing_zones'],
    read: (sql, customer) => sql`
      select zone, until from earlier_billing_zones
       where customer_id = ${customer} order by until`,
  },
  {
    file: 'members',
    about:
      'Who is a member, and as what. Passwords and second factors are nowhere in readable form.',
    of: ['memberships'],
    read: (sql, customer) => sql`
      select memberships.id, memberships.role, memberships.created_at, users.id as user_id,
             users.name, email,
             email_verified, two_factor_enabled, users.created_at as user_since
        from memberships join users on users.id = user_id
       where customer_id = ${customer} order by memberships.id`,
  },
  {
    file: 'invitations',
    about: 'Who was asked to become a member, and what became of it.',
    of: ['invitations'],
    read: (sql, customer) => sql`
      select id, email, role, invited_by, created_at, expires_at, sent_at, refused_at, said,
             accepted_at, accepted_by, revoked_at
        from invitations where customer_id = ${customer} order by id`,
  },
  {
    file: 'keys',
    about: 'API keys, without their secrets, of which only a hash is stored.',
    of: ['api_keys'],
    read: (sql, customer) => sql`
      select id, name, mode, prefix, last4, scopes, ip_allow, ip_deny, route_ids, created_by,
             created_at, expires_at, disabled_at, revoked_at,
             to_timestamp(used.minute * 60) as last_used_at
        from api_keys left join usage_last_uses used on used.key_id = api_keys.id
       where customer_id = ${customer} order by id`,
  },
  {
    file: 'subscriptions',
    about: 'Subscriptions, with the plan that each is on.',
    of: ['subscriptions'],
    read: (sql, customer) => sql`
      select sub.id, plans.slug as plan, plans.name as plan_name, version.number as plan_version,
             sub.time_zone, sub.started_at, sub.anchor_at, sub.trial_ends_at, sub.paused_at,
             sub.past_due_since, sub.limited_at, sub.blocked_at, sub.canceled_at,
             sub.pending_kind, sub.pending_at
        from subscriptions sub
        join plan_versions version on version.id = sub.plan_version_id
        join plans on plans.id = version.plan_id
       where sub.customer_id = ${customer} order by sub.id`,
  },
  {
    file: 'subscription-phases',
    about: 'From when on each subscription was on which version of a plan.',
    of: [],
    read: (sql, customer) => sql`
      select subscription_id, phase.number, plans.slug as plan, version.number as plan_version,
             phase.starts_at, phase.paused
        from subscriptions sub
        join subscription_phases phase on phase.subscription_id = sub.id
        join plan_versions version on version.id = phase.plan_version_id
        join plans on plans.id = version.plan_id
       where sub.customer_id = ${customer} order by subscription_id, phase.number`,
  },
  {
    file: 'add-ons',
    about: 'Add-ons of subscriptions.',
    of: [],
    read: (sql, customer) => sql`
      select item.id, subscription_id, plans.slug as add_on, plans.name as add_on_name,
             item.quantity, item.starts_at, item.ends_at
        from subscriptions sub
        join subscription_items item on item.subscription_id = sub.id
        join plan_versions version on version.id = item.plan_version_id
        join plans on plans.id = version.plan_id
       where sub.customer_id = ${customer} order by item.id`,
  },
  {
    file: 'own-terms',
    about: 'Versions of plans that were made for this customer.',
    of: ['plan_versions'],
    read: (sql, customer) => sql`
      select version.id, plans.slug as plan, version.number, version.state, version.currency,
             version.created_at, version.published_at
        from plan_versions version join plans on plans.id = plan_id
       where for_customer = ${customer} order by version.id`,
  },
  {
    file: 'coupons',
    about: 'Coupons that it was given.',
    of: ['customer_coupons'],
    read: (sql, customer) => sql`
      select held.id, coupons.slug as coupon, coupons.name, held.starts_at, held.ended_at
        from customer_coupons held join coupons on coupons.id = coupon_id
       where customer_id = ${customer} order by held.id`,
  },
  {
    file: 'taxes',
    about: 'Taxes that its invoices have.',
    of: ['customer_tax_rates'],
    read: (sql, customer) => sql`
      select tax_rates.name, percent, inclusive
        from customer_tax_rates join tax_rates on tax_rates.id = tax_rate_id
       where customer_id = ${customer} order by position`,
  },
  {
    file: 'notices',
    about: 'What it was told.',
    of: ['notices'],
    read: (sql, customer) => sql`
      select id, at, kind, title, body, detail from notices
       where customer_id = ${customer} order by id`,
  },
  {
    file: 'letters',
    about: 'E-mails of notices: to whom, and what became of each.',
    of: [],
    read: (sql, customer) => sql`
      select letter.id, notice_id, address, state, tries, said, sent_at
        from notices join notice_letters letter on letter.notice_id = notices.id
       where customer_id = ${customer} order by letter.id`,
  },
  {
    file: 'notices-read',
    about: 'Who read which notice.',
    of: [],
    read: (sql, customer) => sql`
      select notice_id, user_id, read_at from notices
        join notice_reads on notice_id = notices.id
       where customer_id = ${customer} order by notice_id, user_id`,
  },
  {
    file: 'notice-settings',
    about: 'Which e-mails it wants, and where they go; no row: all, to owners and billing.',
    of: ['notice_settings'],
    read: (sql, customer) => sql`
      select addresses, mailed from notice_settings where customer_id = ${customer}`,
  },
  {
    file: 'quota-alerts',
    about: 'Shares of its quotas at which it wants to be told, in percent; no row: 80 and 100.',
    of: ['quota_alerts'],
    read: (sql, customer) => sql`
      select percents from quota_alerts where customer_id = ${customer}`,
  },
  {
    file: 'quota-requests',
    about: 'What it asked for beyond its quotas, and the answers.',
    of: ['quota_requests'],
    read: (sql, customer) => sql`
      select request.id, asked_by, meters.slug as meter, quota_window, quota_scope,
             trim_scale(limit_then / 10::numeric ^ scale) as limit_then,
             trim_scale(limit_asked / 10::numeric ^ scale) as limit_asked, reason, state, answer,
             answered_at, request.created_at
        from quota_requests request join meters on meters.id = meter_id
       where customer_id = ${customer} order by request.id`,
  },
  {
    file: 'raised-quotas',
    about: 'Quotas that were raised for it.',
    of: ['quota_overrides'],
    read: (sql, customer) => sql`
      select raised.id, meters.slug as meter, quota_window, quota_scope,
             trim_scale(quota_limit / 10::numeric ^ scale) as quota_limit, reason, request_id,
             starts_at, ends_at, ended_at
        from quota_overrides raised join meters on meters.id = meter_id
       where customer_id = ${customer} order by raised.id`,
  },
  {
    file: 'operator-views',
    about: 'When somebody of the operator looked at the portal as this customer, and why.',
    of: ['customer_views'],
    read: (sql, customer) => sql`
      select id, reason, began_at, ends_at, ended_at from customer_views
       where customer_id = ${customer} order by id`,
  },
  {
    file: 'clock-moves',
    about: 'Moves of its test clock.',
    of: ['customer_clock_moves'],
    read: (sql, customer) => sql`
      select clock_ms, moved_at from customer_clock_moves
       where customer_id = ${customer} order by clock_ms`,
  },
];

/** Tables with rows of customers of which none is in the archive, and why. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  billing_cycles: 'how far its subscriptions are billed, which its invoices say',
  customer_debts: 'what open invoices say',
  notice_headrooms: 'how much more may be used before there is something to tell of',
  notice_troubles: 'that looking for something to tell of failed',
  notice_watch: 'how far usage was looked through for something to tell of',
  quota_windows: 'units lent to gateways, in use or given back: what was used is in the usage',
  gateway_counts: 'the same usage, as gateways counted it',
  usage_unbilled: 'the same usage, as far as gateways counted it as billed',
  usage_rollups: 'sums of the usage; the minutes that are in no hour yet are in it',
  usage_totals: 'sums of the usage',
  usage_last_rolls: 'when usage was last added up',
  usage_meter_uses: 'sums of the usage',
  usage_late_hours: 'which hours got usage late',
  usage_once: 'hashes of Idempotency-Keys, which are forgotten after a day',
  erasures: 'that it was erased: nothing else is left to be told',
  stripe_queue: 'that Stripe is to be told of it',
  reconciliation_differences: 'comparisons of books that are all here themselves',
  reconciliation_totals: 'comparisons of books that are all here themselves',
};
