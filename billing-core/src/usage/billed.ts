import type { Query } from '../kit/database.ts';
import type { MinuteRange } from './range.ts';
import { rollupsOf } from './reading.ts';

type BilledOf = MinuteRange & { customerId: string; keyId: string | null; meterId: string };

/**
 * A number for a statement: what the whole ledger has billable of a meter in whole minutes, scaled,
 * the batches that are not rolled up yet among it. One statement sees a batch in one of both.
 */
export const billedUnits = (sql: Query, { customerId, keyId, ...range }: BilledOf) => {
  const series = {
    ...range,
    whose: { customerId },
    interval: 'hour',
    group: 'none',
    keyId: keyId ?? undefined,
    routeId: undefined,
  } as const;
  return sql`(
    select coalesce(sum(quantity) filter (where billable), 0) from (
      select quantity, billable from (${rollupsOf(sql, series)}) rollups
       union all
      select quantity, billable
        from usage_batches join usage_entries
             using (gateway_id, boot_id, sequence, received_day)
       where roll_number is null and customer_id = ${customerId}
         and ${keyId === null ? sql`true` : sql`key_id = ${keyId}`}
         and meter_id = ${range.meterId}
         and minute >= ${range.from} and minute < ${range.to}) ledger)`;
};
