import { shownVersion } from '../catalog/model.ts';
import { versionById } from '../catalog/plan-store.ts';
import { metersById, type MeterRow } from '../catalog/store.ts';
import type { PlanVersion } from '../contract/plan.ts';
import { MINUTE_MS } from '../kit/clock.ts';
import type { Query, Tx } from '../kit/database.ts';
import { found } from '../kit/fault.ts';
import { timedSubscriptions } from '../subscriptions/bulk-store.ts';
import { keyTotals } from '../usage/reading.ts';
import { totalsOfSpans } from '../usage/spans.ts';
import { alertsOf } from './alert-store.ts';
import { unitsLeft, type Headroom } from './headroom.ts';
import { recordNotice } from './record.ts';
import { passed, thresholdsOf, type Threshold, type Watched } from './thresholds.ts';
import { liveOf, raisesOf, usesInAll, type LiveRow } from './watch-store.ts';
import { thresholdWords, type Passing } from './words.ts';

/** Keys with use in a window, revoked ones too; beyond these, who used least is left out. */
const KEYS_MAX = 1_000;
/** However much was found to be left, a customer is looked at again after this. */
const KNOWN_MS_MAX = 60 * MINUTE_MS;

/** What is known of published versions and of meters stays: it is read once a process. */
export class Catalog {
  readonly #versions = new Map<string, PlanVersion>();
  readonly #meters = new Map<string, MeterRow>();

  async load(sql: Query, ids: ReadonlySet<string>): Promise<void> {
    for (const id of ids) {
      if (this.#versions.has(id)) continue;
      this.#versions.set(id, shownVersion(found(await versionById(sql, id), 'plan version')));
    }
    const meters = [...ids]
      .map((id) => this.version(id))
      .flatMap(({ prices, entitlements }) => [...prices, ...entitlements])
      .flatMap((one) => ('meter_id' in one && one.meter_id !== null ? one.meter_id : []))
      .filter((id) => !this.#meters.has(id));
    if (meters.length === 0) return;
    for (const meter of await metersById(sql, meters)) this.#meters.set(meter.id, meter);
  }

  version = (id: string): PlanVersion => found(this.#versions.get(id), 'plan version');
  meter = (id: string): MeterRow => found(this.#meters.get(id), 'meter');
}

/** `aheadMs`: how far the customer's clock is, whose time `threshold` is of. */
type Asked = { customerId: string; aheadMs: number; threshold: Threshold };
/** `change`: the last one of the feed that is known. */
export type LookKit = { now: number; catalog: Catalog; change?: bigint };

/** What these customers are to be told of when it is used. */
async function askedOf(tx: Tx, ids: readonly string[], kit: LookKit): Promise<Asked[]> {
  const live = new Map<string, LiveRow>();
  for (const row of await liveOf(tx, ids, kit.now)) live.set(row.id, row);
  const timed = await timedSubscriptions(tx, [...live.keys()]);
  const raised = Map.groupBy(await raisesOf(tx, ids, kit.now), (one) => one.customer_id);
  const versions = timed
    .flatMap(({ phases, items }) => [...phases, ...items])
    .map((one) => one.plan_version_id);
  await kit.catalog.load(tx, new Set(versions));
  const chosen = await alertsOf(tx, ids);
  return timed.flatMap((row) => {
    const { customer_id: customerId, zones, clock_ms } = found(live.get(row.id), 'subscription');
    const aheadMs = Number(clock_ms);
    const anchor = { startedAt: row.started_at.getTime(), timeZone: row.time_zone };
    const calendar = { zones, anchor, aheadMs };
    const { version, meter } = kit.catalog;
    const raises = raised.get(customerId) ?? [];
    const own = { raises, percents: chosen.get(customerId) };
    const watched: Watched = { timed: row, ...own, customerId, calendar, version, meter };
    const thresholds = thresholdsOf(watched, kit.now + aheadMs);
    return thresholds.map((threshold) => ({ customerId, aheadMs, threshold }));
  });
}

/** What was used of it, by the customer or by one of its keys. */
type Use = Asked & { used: bigint; key: { id: string; name: string } | null };

async function usesOf(tx: Tx, asked: readonly Asked[]): Promise<Use[]> {
  const whole = asked.filter(({ threshold }) => !threshold.byKey);
  const spans = whole.map(({ customerId, threshold: { meter, start, end } }) => ({
    customerId,
    meterId: meter.id,
    fromMinute: Math.floor(start / MINUTE_MS),
    toMinute: Math.ceil(end / MINUTE_MS),
  }));
  const { totals } = await totalsOfSpans(tx, spans);
  const uses = whole.map((one, at): Use => ({
    ...one,
    used: totals[at]?.quantity ?? 0n,
    key: null,
  }));
  for (const one of asked.filter(({ threshold }) => threshold.byKey)) {
    const { start, end, meter } = one.threshold;
    const range = { from: start / MINUTE_MS, to: end / MINUTE_MS, meterId: meter.id };
    const keys = await keyTotals(tx, one.customerId, { ...range, keys: KEYS_MAX });
    for (const { id, name, used } of keys) {
      uses.push({ ...one, used: BigInt(used), key: { id, name } });
    }
  }
  return uses;
}

async function tell(tx: Tx, use: Use, now: number): Promise<void> {
  const { threshold, used, customerId, aheadMs, key } = use;
  const percent = passed(used, threshold.limit, threshold.percents);
  if (percent === undefined) return;
  const passing: Passing = { threshold, percent, used, key };
  const subject = `${threshold.subject} ${key?.id ?? ''} ${percent}`;
  const about = { customerId, kind: threshold.of, subject, path: '/usage', at: now + aheadMs };
  await recordNotice(tx, { ...about, ...thresholdWords(passing) });
}

type Seen = { asked: readonly Asked[]; uses: readonly Use[]; inAll: ReadonlyMap<string, bigint> };

/** How far it is to the next of them; a key that has used nothing yet is as far as one can be. */
function headroomOf({ asked, uses, inAll }: Seen, { now, change = 0n }: LookKit): Headroom {
  const unused = asked
    .filter(({ threshold }) => threshold.byKey)
    .map(({ threshold }) => ({ threshold, used: 0n }));
  const upTo = new Map<string, bigint>();
  for (const { threshold, used } of [...uses, ...unused]) {
    const left = unitsLeft(used, threshold.limit, threshold.percents);
    if (left === undefined) continue;
    const { id } = threshold.meter;
    const end = (inAll.get(id) ?? 0n) + left;
    const before = upTo.get(id);
    if (before === undefined || end < before) upTo.set(id, end);
  }
  const ends = asked
    .map(({ threshold, aheadMs }) => threshold.end - aheadMs)
    .filter((end) => end > now);
  return { upTo, from: inAll, until: Math.min(now + KNOWN_MS_MAX, ...ends), change };
}

/**
 * Tells these customers what they are to be told of what they used. Out: how far each is from the
 * next thing to be told of, for when the transaction has committed.
 */
export async function lookAtUsers(
  tx: Tx,
  ids: readonly string[],
  kit: LookKit,
): Promise<Map<string, Headroom>> {
  if (ids.length === 0) return new Map();
  // Before windows are read: they have all of it, and maybe more.
  const inAll = await usesInAll(tx, ids);
  const asked = Map.groupBy(await askedOf(tx, ids, kit), ({ customerId }) => customerId);
  const uses = await usesOf(tx, [...asked.values()].flat());
  for (const use of uses) await tell(tx, use, kit.now);
  const used = Map.groupBy(uses, ({ customerId }) => customerId);
  return new Map(
    ids.map((id) => {
      const theirs = { asked: asked.get(id) ?? [], uses: used.get(id) ?? [] };
      return [id, headroomOf({ ...theirs, inAll: inAll.get(id) ?? new Map() }, kit)];
    }),
  );
}
