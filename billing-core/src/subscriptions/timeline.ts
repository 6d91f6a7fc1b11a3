import type { Timeline } from '../contract/subscription.ts';
import type { Loaded } from './decide.ts';
import type { ChargeRow } from './row-store.ts';

type Entry = Timeline['entries'][number];

const shownCharge = (row: ChargeRow): Entry['fees'][number] => ({
  kind: row.kind,
  plan_version_id: row.plan_version_id,
  price_id: row.price_id,
  start: row.starts_at.toISOString(),
  end: row.ends_at.toISOString(),
  amount: row.amount,
  exact_amount: row.exact_amount,
  description: row.description,
});

const sumOf = (rows: readonly ChargeRow[]): string =>
  rows.reduce((sum, { amount }) => sum + BigInt(amount), 0n).toString();

/** What happened to a subscription, newest first, and what each came to. */
export function timelineOf(
  { row, phases, versions }: Loaded,
  charges: readonly ChargeRow[],
): Timeline {
  const planOf = (id: string): string => versions.get(id)?.plan_id ?? '';
  const ends = row.canceled_at?.getTime();
  const times = new Set([
    ...phases.map(({ starts_at }) => starts_at.getTime()),
    ...charges.map(({ due_at }) => due_at.getTime()),
    ...(ends === undefined ? [] : [ends]),
  ]);
  const entries = [...times]
    .toSorted((a, b) => b - a)
    .map((at): Entry => {
      const phase = phases.findLast(({ starts_at }) => starts_at.getTime() === at);
      const due = charges.filter(({ due_at }) => due_at.getTime() === at);
      return {
        at: new Date(at).toISOString(),
        phase: phase
          ? {
              plan_id: planOf(phase.plan_version_id),
              plan_version_id: phase.plan_version_id,
              paused: phase.paused,
            }
          : null,
        ended: at === ends,
        causes: [...new Set(due.map(({ cause }) => cause))],
        fees: due.map(shownCharge),
        total: sumOf(due),
      };
    });
  return { currency: versions.get(row.plan_version_id)?.currency ?? '', entries };
}
