import type { InvoiceState } from '../contract/invoice.ts';
import type { DifferenceKind, Repair, Stage } from '../contract/reconciliation.ts';
import type { TheirInvoice } from '../stripe/books.ts';

/** Pure: what two books say of the same, and where they differ. */

export type Difference = {
  stage: Stage;
  kind: DifferenceKind;
  customerId: string | null;
  /** The month in UTC that it is in: 2026-11. */
  period: string | null;
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
  period: string;
  total: bigint;
  paid: bigint;
  refunded: bigint;
  /** By whatever way: by hand, through Stripe, with a lost dispute. */
  wentBack: bigint;
  credited: bigint;
  /** Still to be paid. */
  remaining: bigint;
  /** Paid beyond what it says. */
  over: bigint;
  /** Paid in all, by whatever way. */
  inAll: bigint;
  /** Stripe is being told of it, or told of it, just now. */
  isMoving: boolean;
};

const IS_OWED: readonly string[] = ['open', 'uncollectible'];

type Repairable = Pick<Difference, 'kind' | 'here' | 'there' | 'detail'>;

/** What can be done about another state there. */
function stateRepairs({ here, there, detail }: Repairable): Repair[] {
  // It ended here, and Stripe would go on collecting it.
  if (!IS_OWED.includes(here) && IS_OWED.includes(there)) return ['tell_again'];
  // What was paid in part is not voided: what nobody collects any more is credited.
  const isPart = there === 'void' && IS_OWED.includes(here) && detail['paid'] !== undefined;
  return isPart ? ['credit_rest'] : ['read_again'];
}

/** What can be done about a difference, the usual thing first; nothing: somebody has to look. */
export function repairsOf(difference: Repairable): Repair[] {
  switch (difference.kind) {
    case 'missing_there':
      return ['tell_again'];
    case 'twice_there':
      // One that was paid has to be given back, which is for somebody to decide.
      return difference.detail['status'] === 'paid' ? [] : ['void_double'];
    case 'state':
      return stateRepairs(difference);
    case 'paid':
    case 'refunded':
      return ['read_again'];
    case 'overpaid':
      return ['refund_over', 'credit_over'];
    case 'paid_though_void':
      return ['refund_void'];
    default:
      return [];
  }
}

/** What is said of each difference of an invoice that Stripe collects. */
const aboutOf = ({ customerId, id, period }: OurInvoice) => ({
  stage: 'stripe' as const,
  customerId,
  period,
  subjectId: id,
});

/** Money went back without a credit note: it is owed again here, and stays paid at Stripe. */
const isReopened = (ours: OurInvoice, { status }: TheirInvoice): boolean =>
  status === 'paid' && IS_OWED.includes(ours.state) && ours.wentBack > 0n;

/**
 * Of one that is void here: money that Stripe has for it, and that Stripe would go on collecting
 * it. What was carried on there before is asked of nobody any more.
 */
function comparedVoid(ours: OurInvoice, { stripeId, status, ...theirs }: TheirInvoice) {
  const about = { ...aboutOf(ours), detail: { stripe_id: stripeId, currency: ours.currency } };
  const found: Difference[] = [];
  const there = theirs.came - theirs.refunded;
  if (there > 0n) found.push({ ...about, kind: 'paid_though_void', here: '0', there: `${there}` });
  if (status !== 'void' && status !== 'paid') {
    found.push({ ...about, kind: 'state', here: ours.state, there: status });
  }
  return found;
}

/** Void there, and settled here by another way: nobody waits for Stripe. */
const isSettledElsewhere = (ours: OurInvoice, { status, came }: TheirInvoice): boolean =>
  status === 'void' && ours.state === 'paid' && came === 0n;

function compared(ours: OurInvoice, theirs: TheirInvoice): Difference[] {
  if (ours.state === 'void') return comparedVoid(ours, theirs);
  const about = aboutOf(ours);
  const detail = { stripe_id: theirs.stripeId, currency: ours.currency };
  const found: Difference[] = [];
  for (const kind of ['total', 'paid', 'refunded', 'credited'] as const) {
    if (ours[kind] === theirs[kind]) continue;
    found.push({ ...about, kind, here: `${ours[kind]}`, there: `${theirs[kind]}`, detail });
  }
  const { remaining, over } = ours;
  const isOpen = ours.state === 'open' && theirs.status === 'open';
  if (isOpen && remaining !== theirs.remaining) {
    const there = `${theirs.remaining}`;
    found.push({ ...about, kind: 'remaining', here: `${remaining}`, there, detail });
  }
  if (over > 0n) {
    const there = `${ours.total + over}`;
    found.push({ ...about, kind: 'overpaid', here: `${ours.total}`, there, detail });
  }
  const isAgreed = isReopened(ours, theirs) || isSettledElsewhere(ours, theirs);
  if (ours.state !== theirs.status && !isAgreed) {
    const part = ours.inAll > 0n ? { paid: `${ours.inAll}` } : {};
    const states = { here: ours.state, there: theirs.status };
    found.push({ ...about, kind: 'state', ...states, detail: { ...detail, ...part } });
  }
  return found;
}

function twice(ours: OurInvoice, theirs: readonly TheirInvoice[]): Difference[] {
  // One that is void takes no money: as a repair leaves it.
  return theirs
    .filter(({ stripeId, status }) => stripeId !== ours.stripeId && status !== 'void')
    .map(({ stripeId, status, total }) => ({
      ...aboutOf(ours),
      kind: 'twice_there',
      here: ours.stripeId ?? '',
      there: stripeId,
      detail: { stripe_id: stripeId, status, total: `${total}`, currency: ours.currency },
    }));
}

const missing = (ours: OurInvoice): Difference => ({
  ...aboutOf(ours),
  kind: 'missing_there',
  here: `${ours.total}`,
  there: '',
  detail: { stripe_id: ours.stripeId ?? '', currency: ours.currency },
});

const unknown = ({ invoiceId, stripeId, total, status }: TheirInvoice): Difference => ({
  stage: 'stripe',
  kind: 'unknown_here',
  customerId: null,
  period: null,
  subjectId: invoiceId,
  here: '',
  there: `${total}`,
  detail: { stripe_id: stripeId, status },
});

/** What was settled before Stripe heard of it never gets there. */
export const belongsThere = ({ stripeId, state }: OurInvoice): boolean =>
  stripeId !== null || IS_OWED.includes(state);

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
    return [...(belongsThere(one) ? [missing(one)] : []), ...twice(one, all)];
  });
  return [...found, ...theirs.filter(({ invoiceId }) => !known.has(invoiceId)).map(unknown)];
}
