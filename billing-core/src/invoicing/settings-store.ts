import type { BillingSettings } from '../contract/invoice.ts';
import type { Query, Tx } from '../kit/database.ts';
import { recountDunning } from './dunning-store.ts';

/** What holds for all invoices that come. */
export async function billingSettings(sql: Query): Promise<BillingSettings> {
  const [row] = await sql<[BillingSettings]>`
    select issuer, footer, due_days, grace_minutes, zero_amount, reminder_days, debt_grace_days
      from billing_settings`;
  return row;
}

export async function updateSettings(
  tx: Tx,
  settings: BillingSettings,
  now: number,
): Promise<void> {
  await tx`update billing_settings set ${tx(settings)} where one`;
  await recountDunning(tx, now);
}
