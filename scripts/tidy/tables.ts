import { type Finding, isTest, type Source } from './source.ts';

/** The one module of billing-core that writes each table. */
export const TABLE_WRITERS: Record<string, string> = {
  schema_migrations: 'kit',
  changes: 'kit',
  change_floors: 'kit',
  audit_entries: 'kit',
  audit_changes: 'kit',
  test_clock: 'kit',
  idempotency_keys: 'kit',
  users: 'auth',
  branding: 'customers',
  sessions: 'auth',
  accounts: 'auth',
  verifications: 'auth',
  two_factors: 'auth',
  rate_limits: 'auth',
  admin_tokens: 'auth',
  customer_views: 'auth',
  meters: 'catalog',
  plans: 'catalog',
  plan_versions: 'catalog',
  prices: 'catalog',
  price_tiers: 'catalog',
  entitlements: 'catalog',
  coupons: 'catalog',
  tax_rates: 'catalog',
  routes: 'routes',
  route_versions: 'routes',
  route_meterings: 'routes',
  route_secrets: 'routes',
  api_documents: 'routes',
  customers: 'customers',
  customer_clock_moves: 'customers',
  earlier_billing_zones: 'customers',
  memberships: 'customers',
  invitations: 'customers',
  customer_tax_rates: 'customers',
  customer_coupons: 'customers',
  subscriptions: 'subscriptions',
  subscription_phases: 'subscriptions',
  subscription_items: 'subscriptions',
  subscription_charges: 'subscriptions',
  customer_debts: 'subscriptions',
  plan_moves: 'subscriptions',
  plan_move_subscriptions: 'subscriptions',
  api_keys: 'keys',
  gateways: 'usage',
  boots: 'usage',
  usage_batches: 'usage',
  usage_entries: 'usage',
  gateway_counts: 'usage',
  usage_rollups: 'usage',
  usage_hours: 'usage',
  hour_folds: 'usage',
  usage_totals: 'usage',
  usage_last_rolls: 'usage',
  usage_meter_uses: 'usage',
  usage_late_hours: 'usage',
  usage_last_uses: 'usage',
  usage_refusals: 'usage',
  gateway_reports: 'usage',
  usage_gaps: 'usage',
  usage_value_faults: 'usage',
  usage_once: 'usage',
  usage_once_horizon: 'usage',
  usage_unbilled: 'usage',
  usage_dead_letters: 'usage',
  recoveries: 'usage',
  quota_windows: 'quotas',
  leases: 'quotas',
  lease_settlements: 'quotas',
  rate_desk: 'quotas',
  quota_requests: 'overrides',
  quota_overrides: 'overrides',
  logged_requests: 'requests',
  skipped_requests: 'requests',
  notices: 'notices',
  notice_letters: 'notices',
  notice_reads: 'notices',
  notice_settings: 'notices',
  notice_watch: 'notices',
  notice_troubles: 'notices',
  notice_headrooms: 'notices',
  quota_alerts: 'notices',
  billing_settings: 'invoicing',
  billing_cycles: 'invoicing',
  billing_feed: 'invoicing',
  document_series: 'invoicing',
  document_logos: 'invoicing',
  invoices: 'invoicing',
  invoice_lines: 'invoicing',
  credit_notes: 'invoicing',
  credit_note_lines: 'invoicing',
  customer_balance_entries: 'invoicing',
  invoice_dunning: 'invoicing',
  dunning_steps: 'invoicing',
  payments: 'payments',
  stripe_feed: 'stripe',
  stripe_queue: 'stripe',
  stripe_calls: 'stripe',
  stripe_customers: 'stripe',
  stripe_invoices: 'stripe',
  stripe_money: 'stripe',
  stripe_events: 'stripe',
  stripe_disputes: 'stripe',
  stripe_catalog: 'stripe',
  reconciliations: 'reconciliation',
  reconciliation_differences: 'reconciliation',
  reconciliation_totals: 'reconciliation',
  retention_settings: 'retention',
  retention_runs: 'retention',
  erasures: 'personal',
  erasure_settings: 'personal',
  route_shares: 'figures',
  route_shares_mark: 'figures',
};

const MODULE = /^billing-core\/src\/([^/]+)\//;
const WRITE =
  /\b(?:insert\s+into|update|delete\s+from|merge\s+into|truncate)\s+(?:only\s+)?"?([a-z_]+)"?/gi;
const SET_OR_ALIAS = /^\s*(?:as\s+)?(?:[a-z_]+\s+)?set\b/i;

/** A table that another module writes, or that nobody is known to write. */
export function tableFindings(sources: readonly Source[], tables: readonly string[]): Finding[] {
  const unknown = tables
    .filter((table) => !(table in TABLE_WRITERS))
    .map((table) => ({
      path: 'scripts/tidy/tables.ts',
      line: 1,
      problem: `says of no module that it writes ${table}`,
    }));
  const strange = sources
    .filter(({ path }) => MODULE.test(path) && !isTest(path))
    .flatMap(({ path, strings }) =>
      strings.flatMap(({ text, line }) =>
        tablesWritten(text)
          .filter((table) => tables.includes(table) && TABLE_WRITERS[table] !== moduleOf(path))
          .map((table) => ({
            path,
            line,
            problem: `writes ${table}, which is for ${TABLE_WRITERS[table]} to write`,
          })),
      ),
    );
  return [...unknown, ...strange];
}

/** Out: the tables that an SQL text writes. */
export function tablesWritten(sql: string): string[] {
  return [...sql.matchAll(WRITE)].flatMap((match) => {
    const [statement, table] = match;
    const after = sql.slice(match.index + statement.length);
    // `do update set`, `for update of` and prose are no writes to a table.
    const isWrite = !/^update/i.test(statement) || SET_OR_ALIAS.test(after);
    return table !== undefined && table !== 'set' && isWrite ? [table] : [];
  });
}

/** Out: the tables that SQL migrations make. */
export function tablesMade(sql: string): string[] {
  return [...sql.matchAll(/^create (?:unlogged )?table (?:if not exists )?"?([a-z_]+)/gim)].flatMap(
    ([, table]) => table ?? [],
  );
}

const moduleOf = (path: string): string | undefined => MODULE.exec(path)?.[1];
