import { readWindowId } from '@tollgate/billing-core/contract/quota-window.ts';
import { windowOf } from '../../../billing-core/src/subscriptions/calendar.ts';
import type { Yard } from './gateway.ts';
import type { Machine } from './machine.ts';
import { METER } from './scenario.ts';
import { ledgerKey, originOf, type LedgerRow } from './tables.ts';
import type { Written } from './truth.ts';
import { Broken } from './world.ts';

const MINUTE_MS = 60_000;
/** So exact is what a gateway hears of core's time: answers take no longer. */
const LEARNT_WITHIN_MS = 10_000;
const bootOf = (key: string): string => key.slice(0, key.indexOf('|'));

/** What the ledger must hold of a group: certain, and at most. */
type Bounds = { least: number; most: number; quantityLeast: number; quantityMost: number };

const toldOf = ({ tables }: Yard, what: string): ReadonlySet<string> => {
  const gaps = [...tables.gaps.values()].filter(({ reason }) => reason.startsWith(what));
  return new Set(gaps.map(({ boot }) => originOf(boot)));
};

/** Boots with a clock so far ahead that core has dated what they recorded anew, and said so. */
const misdated = (yard: Yard): ReadonlySet<string> => toldOf(yard, 'misdated_entries');

/** Boots that dated anew themselves what they recorded, before they sent anything. */
const redated = (yard: Yard): ReadonlySet<string> => toldOf(yard, 'misdated_by');

/** Minutes of a boot that was dated anew are not told apart. */
function groupOf(yard: Yard, { boot, record }: Written): string {
  const { key, outcome, billable } = record;
  const isAnew = toldOf(yard, 'misdated').has(boot);
  const minute = isAnew ? 0 : Math.floor(record.admittedAt / MINUTE_MS);
  return ledgerKey(boot, { key, minute, outcome, billable });
}

function boundsOf(yard: Yard): Map<string, Bounds> {
  const groups = new Map<string, Bounds>();
  for (const written of [...yard.truth.writtenBy.values()].flat()) {
    const { record, quantity, releasedAt, atRisk } = written;
    // A span in which nothing was counted leaves nothing in the ledger.
    if (record.quantities.length === 0) continue;
    const requests = record.later ? 0 : 1;
    const group = groupOf(yard, written);
    const none = { least: 0, most: 0, quantityLeast: 0, quantityMost: 0 };
    const bounds = groups.get(group) ?? none;
    groups.set(group, bounds);
    bounds.most += requests;
    bounds.quantityMost += quantity;
    if (releasedAt === null || atRisk) continue;
    bounds.least += requests;
    bounds.quantityLeast += quantity;
  }
  return groups;
}

/** The ledger, by the boots that recorded it, whoever shipped it. */
function ledgerOf(yard: Yard): Map<string, LedgerRow> {
  const ledger = new Map<string, LedgerRow>();
  const anew = toldOf(yard, 'misdated');
  for (const [id, { requests, quantity }] of yard.tables.ledger) {
    const [name = '', key, minute, ...rest] = id.split('|');
    const boot = originOf(name);
    const group = [boot, key, anew.has(boot) ? 0 : minute, ...rest].join('|');
    const was = ledger.get(group) ?? { requests: 0, quantity: 0 };
    ledger.set(group, { requests: was.requests + requests, quantity: was.quantity + quantity });
  }
  return ledger;
}

/** Nothing that a client has is missing, nothing is there twice, nothing is invented. */
function auditLedger(yard: Yard): void {
  const groups = boundsOf(yard);
  const ledger = ledgerOf(yard);
  for (const [group, bounds] of groups) {
    const { requests = 0, quantity = 0 } = ledger.get(group) ?? {};
    const { least, most, quantityLeast, quantityMost } = bounds;
    if (requests < least) throw new Broken(`ledger has ${requests} of ${least} in ${group}`);
    if (quantity < quantityLeast) {
      throw new Broken(`ledger has ${quantity} units of ${quantityLeast} in ${group}`);
    }
    if (requests < most) auditSilence(yard, group, requests);
    if (yard.unsafe.has(bootOf(group))) continue;
    if (requests > most) throw new Broken(`ledger has ${requests} for ${most} in ${group}`);
    if (quantity > quantityMost) {
      throw new Broken(`ledger has ${quantity} units for ${quantityMost} in ${group}`);
    }
  }
  for (const group of ledger.keys()) {
    if (!groups.has(group)) throw new Broken(`ledger has ${group}, which nobody saw`);
  }
}

/** What was answered and is not in the ledger is told of: by a gap, or by how its boot ended. */
function auditSilence(yard: Yard, group: string, requests: number): void {
  const { tables, truth } = yard;
  const boot = bootOf(group);
  const state = tables.boots.get(boot)?.state;
  // Of one whose disk was lost before core ever heard of it nobody can tell.
  if (state === undefined || state === 'forfeited' || state === 'written_off') return;
  const answered = (truth.writtenBy.get(boot) ?? []).filter(
    (written) =>
      written.releasedAt !== null && groupOf(yard, written) === group && !written.record.later,
  );
  if (requests >= answered.length) return;
  const gaps = [...tables.gaps.values()].filter((gap) => gap.boot === boot);
  // The end of the last file looks as what a crash interrupted: those are in doubt.
  const inDoubt = tables.boots.get(boot)?.inDoubt ?? 0;
  const isTold = answered.some(({ atRisk, frame }) => {
    if (!atRisk || frame === null) return false;
    return gaps.some(({ first, last }) => frame >= (first ?? 0) && frame <= (last ?? Infinity));
  });
  const gone = answered.length - requests;
  if (!isTold && gone > inDoubt) throw new Broken(`${gone} of ${group} are gone in silence`);
}

/** What the upstream was sent and no record tells of is within what the seals left in doubt. */
function auditDoubt(yard: Yard): void {
  const { truth, tables } = yard;
  const recorded = new Map<string, number>();
  for (const [key, { requests }] of tables.ledger) {
    const boot = originOf(bootOf(key));
    recorded.set(boot, (recorded.get(boot) ?? 0) + requests);
  }
  for (const { name, state, inDoubt } of tables.boots.values()) {
    const isTorn = (truth.writtenBy.get(name) ?? []).some(({ atRisk }) => atRisk);
    // A power cut can take the newest admitted total, as it takes frames.
    if (state !== 'sealed' || yard.rotten.has(name) || isTorn) continue;
    const sent = (truth.admittedBy.get(name) ?? []).filter(({ forwarded }) => forwarded).length;
    const missing = sent - (recorded.get(name) ?? 0);
    if (missing > inDoubt) throw new Broken(`${name}: ${missing} missing, ${inDoubt} in doubt`);
    if (missing > 0) yard.world.count('request in doubt', missing);
  }
}

/** What left without a record is told of, request by request, where the disk is still there. */
function auditUnrecorded(yard: Yard): void {
  const { truth, tables } = yard;
  for (const [boot, all] of truth.writtenBy) {
    const missing = all.filter(({ leftAt, releasedAt }) => leftAt !== null && releasedAt === null);
    const state = tables.boots.get(boot)?.state;
    if (missing.length === 0) continue;
    yard.world.count('request answered without a record', missing.length);
    if (state === undefined || state === 'written_off') continue;
    // Without any fsync a power cut takes what was said of them, too.
    if (yard.rotten.has(boot) || yard.unsafe.has(boot)) continue;
    if (state === 'sealed') throw new Broken(`${boot} is sealed, and lacks ${missing.length}`);
    const told = [...tables.gaps.values()]
      .filter((gap) => gap.boot === boot && gap.reason === 'unrecorded_requests')
      .reduce((sum, { first, last }) => sum + (last ?? 0) - (first ?? 0) + 1, 0);
    // After a power failure the newest number may be gone; then they are in doubt.
    const stated = told + (tables.boots.get(boot)?.inDoubt ?? 0);
    if (missing.length > stated) throw new Broken(`${boot}: ${missing.length} of ${stated} told`);
  }
}

/** A day's totals are in several parts, each counting from a frame of its own. */
function countsOf({ tables }: Yard): Map<string, { requests: number; quantity: number }> {
  const days = new Map<string, { requests: number; quantity: number }>();
  for (const [part, { requests, quantity }] of tables.counts) {
    const day = part.slice(0, part.lastIndexOf('|'));
    const was = days.get(day) ?? { requests: 0, quantity: 0 };
    days.set(day, { requests: was.requests + requests, quantity: was.quantity + quantity });
  }
  return days;
}

/** What a clock dated that was behind is dated anew: nothing is from before its boot began. */
function auditDates(yard: Yard): void {
  const { tables, truth } = yard;
  const anew = redated(yard);
  yard.world.count('boot dated anew', anew.size);
  for (const row of tables.ledger.keys()) {
    const [boot = '', , minute] = row.split('|');
    const begunAt = anew.has(originOf(boot)) ? truth.begunAt.get(originOf(boot)) : undefined;
    if (begunAt === undefined) continue;
    const end = (Number(minute) + 1) * MINUTE_MS;
    if (end > begunAt - LEARNT_WITHIN_MS) continue;
    throw new Broken(`ledger has ${row}, ${Math.round(begunAt - end)} ms before its boot began`);
  }
}

/** The gateways' own running totals tell the same as the ledger. */
function auditCounts(yard: Yard): void {
  const days = new Map<string, { requests: number; quantity: number }>();
  for (const [ledger, { requests, quantity }] of yard.tables.ledger) {
    const [boot = '', key = '', minute] = ledger.split('|');
    const spec = yard.scenario.customers.find(({ keys }) => keys.some(({ id }) => id === key));
    const id = `${boot}|${spec?.id}|${METER}|${Math.floor(Number(minute) / 1_440)}`;
    const was = days.get(id) ?? { requests: 0, quantity: 0 };
    days.set(id, { requests: was.requests + requests, quantity: was.quantity + quantity });
  }
  const counts = countsOf(yard);
  for (const [id, { requests, quantity }] of days) {
    const count = counts.get(id);
    const boot = originOf(bootOf(id));
    if (yard.unsafe.has(boot) || yard.rotten.has(boot) || misdated(yard).has(boot)) continue;
    if (count?.requests === requests && count.quantity === quantity) continue;
    throw new Broken(
      `gateway counts ${count?.requests}/${count?.quantity} in ${id}, ledger has ` +
        `${requests}/${quantity}`,
    );
  }
  const ofNothing = [...counts.keys()].find(
    (id) => !days.has(id) && !misdated(yard).has(originOf(bootOf(id))),
  );
  if (ofNothing) throw new Broken(`gateway counts ${ofNothing} without a ledger`);
}

function billedIn(yard: Yard, windowId: string): number {
  const named = readWindowId(windowId);
  const spec = yard.tables.customers.get(named?.customerId ?? '');
  if (!named || !spec) throw new Broken(`${windowId} is no window`);
  const { startsAt, endsAt } = windowOf(spec.calendar, named.kind, named.startsAt);
  const anew = misdated(yard);
  let billed = 0;
  for (const [row, { quantity }] of yard.tables.ledger) {
    const [boot = '', key = '', minute, , billable] = row.split('|');
    const at = Number(minute) * MINUTE_MS;
    const isIts =
      named.keyId === null ? spec.keys.some((own) => own.id === key) : named.keyId === key;
    if (billable !== 'true' || !isIts || at < startsAt || at >= endsAt) continue;
    if (!anew.has(originOf(boot))) billed += quantity;
  }
  return billed;
}

/** What windows settled is what the ledger bills; and what is lent is what is spent. */
function auditWindows(yard: Yard): void {
  const { tables } = yard;
  for (const [id, settlements] of tables.settlements) {
    let used = 0;
    for (const [boot, { settled, unleased, overdrawn }] of settlements) {
      if (!misdated(yard).has(originOf(boot))) used += settled + unleased + overdrawn;
    }
    const billed = billedIn(yard, id);
    // What was set aside for a request is spent, also when it turns out that it is not billed.
    const most = billed + (yard.truth.aside.get(id) ?? 0);
    if (used >= billed && used <= most) continue;
    throw new Broken(`${id}: settled ${used}, ledger bills ${billed}`);
  }
  for (const [id, { leases }] of tables.windows) {
    for (const [boot, { granted, returned }] of leases) {
      const state = tables.boots.get(boot)?.state;
      const stuck = granted - returned - tables.settled(id, boot).settled;
      if (state === 'live') throw new Broken(`${boot} was never ended`);
      if (stuck < 0 && !yard.unsafe.has(boot))
        throw new Broken(`${boot} spent ${-stuck} of ${id} without a lease`);
      if (state === 'sealed' && stuck > 0) {
        throw new Broken(`${stuck} units of ${id} are stuck in ${boot}`);
      }
    }
  }
}

/** Refusals are counted at most once. */
function auditRefusals(yard: Yard): void {
  const refused = new Map<string, number>();
  for (const { spec, refusedAs, cutOff } of yard.truth.requests.values()) {
    if (refusedAs || cutOff) refused.set(spec.id, (refused.get(spec.id) ?? 0) + 1);
  }
  for (const [customer, told] of yard.tables.refusals) {
    const most = refused.get(customer) ?? 0;
    if (told > most) throw new Broken(`${told} refusals of ${customer} are told, ${most} were`);
  }
}

/** No batch waits on any disk. */
function auditDisks(machines: readonly Machine[]): void {
  for (const { disk } of machines) {
    for (const path of disk.files.keys()) {
      const [, , , boot = ''] = path.split('/');
      const folder = path.slice(0, path.indexOf(boot) + boot.length);
      // Of a boot that is over files may be left: core has what is in them another way.
      const isOver = disk.files.has(`${folder}/ended`);
      if (isOver || !/\/batch-[\d-]+\.tgb$/.test(path)) continue;
      throw new Broken(`${path} was never shipped`);
    }
  }
}

/** After the network has healed and every boot has ended. */
export function audit(yard: Yard, machines: readonly Machine[]): void {
  auditLedger(yard);
  auditDates(yard);
  auditDoubt(yard);
  auditUnrecorded(yard);
  auditCounts(yard);
  auditWindows(yard);
  auditRefusals(yard);
  auditDisks(machines);
}
