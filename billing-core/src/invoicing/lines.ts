import { unscaled } from '../catalog/quantity.ts';
import type { MeterRow } from '../catalog/store.ts';
import type { PlanVersion } from '../contract/plan.ts';
import { rate } from '../rating/rate.ts';
import type { Fee } from '../subscriptions/fees.ts';
import type { ChargeRow } from '../subscriptions/row-store.ts';
import type { SpanTotal } from '../usage/spans.ts';
import type { UsageCharge } from './cycle.ts';
import type { DraftLine, LineTerms } from './model.ts';

/** A plan version with what lines keep of its plan. */
export type NamedVersion = PlanVersion & { plan_name: string };

const planOf = ({ plan_name, number }: NamedVersion): NonNullable<LineTerms['plan']> => ({
  name: plan_name,
  version: number,
});

function priceOf(version: NamedVersion, id: string): object {
  const price = version.prices.find((one) => one.id === id);
  if (price === undefined) throw new Error(`no price ${id} in ${version.id}`);
  return price;
}

type FeeFacts = { amount: bigint; exact_amount: string; description: string; price_id: string };

function feeLine(fee: FeeFacts, version: NamedVersion): DraftLine {
  const { price_id, description, exact_amount, amount } = fee;
  return {
    kind: 'fee',
    description: `${version.plan_name}: ${description}`,
    time: null,
    planVersionId: version.id,
    priceId: price_id,
    chargeId: null,
    terms: { plan: planOf(version), price: priceOf(version, price_id) },
    usage: null,
    exactAmount: exact_amount,
    amount,
    slices: [],
  };
}

/** A flat fee of a period that ended or began by itself. */
export const regularFee = (fee: Fee, version: NamedVersion): DraftLine => ({
  ...feeLine(fee, version),
  time: { start: fee.start, end: fee.end },
});

/** A flat fee, or what is given back of one, that fell due apart from that. */
export const chargedFee = (charge: ChargeRow, version: NamedVersion): DraftLine => ({
  ...feeLine({ ...charge, amount: BigInt(charge.amount) }, version),
  time: { start: charge.starts_at.getTime(), end: charge.ends_at.getTime() },
  chargeId: charge.id,
});

/** What was billed before of one usage price in one segment. */
export type Billed = { quantity: string; events: bigint; amount: bigint; rollUntil: bigint };

export type Used = {
  charge: UsageCharge;
  version: NamedVersion;
  meter: MeterRow;
  total: SpanTotal;
  roll: bigint;
};

const quantityText = (meter: MeterRow, quantity: bigint): string => unscaled(quantity, meter.scale);

type How = { kind: 'usage' | 'late_usage'; billed?: Billed | undefined; final?: boolean };

function usageLine(used: Used, { kind, billed, final = true }: How): DraftLine {
  const { charge, version, meter, total, roll } = used;
  const before = billed && {
    usage: { total: billed.quantity, events: billed.events },
    billed: billed.amount,
  };
  const events = total.requests - (billed?.events ?? 0n);
  const quantity = quantityText(meter, total.quantity - scaledOf(billed?.quantity, meter));
  const rated = rate(
    charge.price,
    { total: quantity, events },
    {
      currency: version.currency,
      meter,
      share: charge.share,
      added: charge.added,
      final,
      ...(before && { before }),
    },
  );
  const { fromMinute, toMinute } = charge;
  const range = { fromMinute, toMinute, rollAfter: billed?.rollUntil ?? 0n, rollUntil: roll };
  const { name, unit, scale } = meter;
  return {
    kind,
    description: rated.description,
    time: charge.time,
    planVersionId: version.id,
    priceId: charge.price.id,
    chargeId: null,
    terms: { plan: planOf(version), price: charge.price, meter: { name, unit, scale } },
    usage: { meterId: meter.id, quantity, events, ...range },
    exactAmount: rated.exact_amount,
    amount: rated.amount,
    slices: rated.slices,
  };
}

/** Text of a quantity that may be below zero, in the meter's smallest parts. */
function scaledOf(quantity: string | undefined, { scale }: MeterRow): bigint {
  if (quantity === undefined) return 0n;
  const [whole = '0', part = ''] = quantity.replace('-', '').split('.');
  const size = BigInt(whole + part.padEnd(scale, '0'));
  return quantity.startsWith('-') ? -size : size;
}

/** What was used of one price in one segment that ended with the period, less what was billed. */
export const periodUsage = (used: Used, billed: Billed | undefined): DraftLine =>
  usageLine(used, { kind: 'usage', billed });

/** What came since it was billed last, of a segment that goes on; undefined when nothing did. */
export function runningUsage(used: Used, billed: Billed | undefined): DraftLine | undefined {
  return hasMore(used, billed)
    ? usageLine(used, { kind: 'usage', billed, final: false })
    : undefined;
}

/** Whether something was used that is not billed, or less than that. */
function hasMore({ total, meter }: Used, billed: Billed | undefined): boolean {
  const more = total.quantity - scaledOf(billed?.quantity, meter);
  return more !== 0n || total.requests !== (billed?.events ?? 0n);
}

/**
 * What came for a segment since it was billed: what all of it comes to at the prices of then, less
 * what was billed. Undefined when nothing did.
 */
export function lateUsage(used: Used, billed: Billed | undefined): DraftLine | undefined {
  const before = billed ?? { quantity: '0', events: 0n, amount: 0n, rollUntil: 0n };
  if (!hasMore(used, before)) return undefined;
  const line = usageLine(used, { kind: 'late_usage', billed: before });
  return { ...line, description: `Late usage: ${line.description}` };
}
