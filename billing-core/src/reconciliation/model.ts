import type { InvoiceState } from '../contract/invoice.ts';
import type { DifferenceKind, Repair, Stage } from '../contract/reconciliation.ts';
import type { TheirInvoice } from '../stripe/books.ts';

/** Pure: what two books say of the same, and where they differ. */

export type Difference = {
  stage: Stage;
  kind: DifferenceKind;
  customerId: string | null;
  /** The invoice, the line or the meter that it is about. */
  subjectId: string;
  here: string;
  there: string;
  /** The rows behind it. */
  detail: Record<string, string>;
};

/** An invoice of ours as Stripe should have it; minor units. */
export type OurInvoice = {
  id: string;
  customerId: string;
  state: InvoiceState;
  stripeId: string | null;
  currency: string;
  total: bigint;
  paid: bigint;
  refunded: bigint;
  credited: bigint;
  /** Stripe is being told of it, or told of it, just now. */
  isMoving: boolean;
};

/** What can be done about a difference; undefined: somebody has to look. */
export function repairOf({
  kind,
  detail,
}: Pick<Difference, 'kind' | 'detail'>): Repair | undefined {
  if (kind === 'missing_there') return 'tell_again';
  // One that was paid has to be given back, which is for somebody to decide.
  if (kind === 'twice_there') return detail['status'] === 'paid' ? undefined : 'void_double';
  return ['paid', 'refunded', 'state'].includes(kind) ? 'read_again' : undefined;
}

const IS_OWED: readonly string[] = ['open', 'uncollectible'];

function compared(ours: OurInvoice, theirs: TheirInvoice): Difference[] {
  const about = { stage: 'stripe' as const, customerId: ours.customerId, subjectId: ours.id };
  const detail = { stripe_id: theirs.stripeId };
  const found: Difference[] = [];
  for (const kind of ['total', 'paid', 'refunded', 'credited'] as const) {
    if (ours[kind] === theirs[kind]) continue;
    found.push({ ...about, kind, here: `${ours[kind]}`, there: `${theirs[kind]}`, detail });
  }
  if (ours.state !== theirs.status) {
    found.push({ ...about, kind: 'state', here: ours.state, there: theirs.status, detail });
  }
  return found;
}

function twice(ours: OurInvoice, theirs: readonly TheirInvoice[]): Difference[] {
  // One that is void takes no money: as a repair leaves it.
  return theirs
    .filter(({ stripeId, status }) => stripeId !== ours.stripeId && status !== 'void')
    .map(({ stripeId, status, total }) => ({
      stage: 'stripe',
      kind: 'twice_there',
      customerId: ours.customerId,
      subjectId: ours.id,
      here: ours.stripeId ?? '',
      there: stripeId,
      detail: { stripe_id: stripeId, status, total: `${total}` },
    }));
}

const missing = (ours: OurInvoice): Difference => ({
  stage: 'stripe',
  kind: 'missing_there',
  customerId: ours.customerId,
  subjectId: ours.id,
  here: `${ours.total}`,
  there: '',
  detail: { stripe_id: ours.stripeId ?? '' },
});

const unknown = ({ invoiceId, stripeId, total, status }: TheirInvoice): Difference => ({
  stage: 'stripe',
  kind: 'unknown_here',
  customerId: null,
  subjectId: invoiceId,
  here: '',
  there: `${total}`,
  detail: { stripe_id: stripeId, status },
});

/** Where our invoices and Stripe's differ, each named. What is moving just now is left out. */
export function invoiceDifferences(
  ours: readonly OurInvoice[],
  theirs: readonly TheirInvoice[],
  /** Ids of invoices that there are here, of whatever time. */
  known: ReadonlySet<string>,
): Difference[] {
  const byOurs = Map.groupBy(theirs, ({ invoiceId }) => invoiceId);
  const found = ours.flatMap((one) => {
    if (one.isMoving) return [];
    const all = byOurs.get(one.id) ?? [];
    const linked = all.find(({ stripeId }) => stripeId === one.stripeId);
    if (linked !== undefined) return [...compared(one, linked), ...twice(one, all)];
    // What was settled before Stripe heard of it never gets there.
    const isMissing = one.stripeId !== null || IS_OWED.includes(one.state);
    return [...(isMissing ? [missing(one)] : []), ...twice(one, all)];
  });
  return [...found, ...theirs.filter(({ invoiceId }) => !known.has(invoiceId)).map(unknown)];
}
