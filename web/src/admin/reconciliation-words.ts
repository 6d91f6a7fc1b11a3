import type {
  DifferenceKind,
  Reconciliation,
  Repair,
  ShownDifference,
  Stage,
} from '@tollgate/billing-core/contract/reconciliation.ts';
import type { BadgeTone } from '../kit/badge.tsx';
import { formatMoney, formatNumber } from '../kit/format.ts';
import { t } from '../kit/text.ts';

/** What is compared in each stage: its own side first, then the one before it. */
export const STAGES: Record<Stage, { title: string; here: string; there: string }> = {
  ledger: { title: t('Gateway counts = ledger'), here: t('Ledger'), there: t('Gateway counts') },
  rated: {
    title: t('Ledger = rated lines'),
    here: t('Invoice lines'),
    there: t('Rated from the ledger'),
  },
  invoiced: {
    title: t('Lines = invoices'),
    here: t('Invoices'),
    there: t('Lines, with discounts and taxes'),
  },
  stripe: { title: t('Invoices = Stripe'), here: t('To be collected'), there: t('At Stripe') },
};

export const KINDS: Record<DifferenceKind, string> = {
  counts: t('Gateways counted something else'),
  quantity: t('Another quantity than the ledger has'),
  rounding: t('Not the exact amount, rounded'),
  sum: t('Not what its lines come to'),
  missing_there: t('Not at Stripe'),
  unknown_here: t('At Stripe, and not here'),
  twice_there: t('Twice at Stripe'),
  total: t('Another total at Stripe'),
  paid: t('Another amount paid at Stripe'),
  refunded: t('Another amount refunded at Stripe'),
  credited: t('Another amount credited at Stripe'),
  remaining: t('Another amount left to pay at Stripe'),
  overpaid: t('More was paid than it says: give the rest back'),
  paid_though_void: t('Stripe has money for an invoice that is void'),
  state: t('Another state at Stripe'),
};

export const REPAIRS: Record<Repair, { label: string; consequence: string }> = {
  tell_again: {
    label: t('Tell Stripe again'),
    consequence: t('Stripe is told of the customer again; what is not there is made anew.'),
  },
  read_again: {
    label: t('Take over from Stripe'),
    consequence: t('What Stripe has of this invoice is taken into the books, as after a webhook.'),
  },
  void_double: {
    label: t('Void the double'),
    consequence: t('The one that the books do not know is voided at Stripe. It can’t be undone.'),
  },
  refund_over: {
    label: t('Refund through Stripe'),
    consequence: t('What was paid too much goes back to the card. It can’t be undone.'),
  },
  credit_over: {
    label: t('Make it credit'),
    consequence: t('What was paid too much becomes the customer’s credit: next invoices take it.'),
  },
  refund_void: {
    label: t('Refund at Stripe'),
    consequence: t('All that Stripe has for this invoice goes back to the card.'),
  },
  credit_rest: {
    label: t('Credit the rest'),
    consequence: t('What is due still is credited, as Stripe collects it no more.'),
  },
};

export const RUN_STATES: Record<Reconciliation['state'], { tone: BadgeTone; label: string }> = {
  running: { tone: 'accent', label: t('Running') },
  clean: { tone: 'ok', label: t('Clean') },
  different: { tone: 'danger', label: t('Differences') },
  failed: { tone: 'danger', label: t('Failed') },
};

/** How many differences there are in all. */
export const differingOf = ({ stages }: Pick<Reconciliation, 'stages'>): number =>
  stages.reduce((all, { differing }) => all + differing, 0);

const IS_AMOUNT: readonly DifferenceKind[] = [
  ...([
    'rounding',
    'sum',
    'missing_there',
    'total',
    'paid',
    'refunded',
    'credited',
    'remaining',
    'overpaid',
    'paid_though_void',
  ] as const),
];
const WHOLE = /^-?\d+$/;

/** One side of a difference as people read it: an amount, requests, a state, or an id. */
export function sideText({ kind, detail }: ShownDifference, side: string): string {
  if (side === '') return t('nothing');
  const { currency } = detail;
  if (IS_AMOUNT.includes(kind) && currency !== undefined && WHOLE.test(side)) {
    return formatMoney(side, currency);
  }
  if (kind === 'counts') return t('{n} requests', { n: formatNumber(side) });
  return kind === 'quantity' ? formatNumber(side) : side;
}

type Sums = Reconciliation['stages'][number]['sums'];

/** What one side of a stage comes to, each currency by itself. */
export function stageTexts(
  stage: { here: string; there: string; sums: Sums },
  side: 'here' | 'there',
): string[] {
  if (stage.sums.length > 0) {
    return stage.sums.map((sum) => formatMoney(sum[side], sum.currency));
  }
  const requests = /^(\d+) requests$/.exec(stage[side])?.[1];
  if (requests !== undefined) return [t('{n} requests', { n: formatNumber(requests) })];
  return [stage[side] === '' ? t('nothing') : stage[side]];
}
