import type { HELD_BY, RetentionKind } from '@tollgate/billing-core/contract/retention.ts';
import { t } from '../kit/text.ts';

export const KINDS = ['ledger', 'audit', 'stripe_events', 'letters'] as const;

export const KIND_WORDS: Readonly<Record<RetentionKind, { label: string; hint: string }>> = {
  ledger: {
    label: t('Rows of the ledger'),
    hint: t('100 days or more. Totals and invoices stay; the rows behind a line are gone.'),
  },
  audit: { label: t('Audit log'), hint: t('365 days or more.') },
  stripe_events: { label: t('Events of Stripe'), hint: t('60 days or more.') },
  letters: { label: t('E-mails of notices'), hint: t('30 days or more. The notices stay.') },
};

/** Why a day of the ledger is needed still. */
export function heldWords(by: (typeof HELD_BY)[number]): string {
  switch (by) {
    case 'open_period':
      return t('a period that is not billed yet');
    case 'unpaid_invoice':
      return t('an invoice that is not paid');
    case 'open_dispute':
      return t('a dispute that is not decided');
    case 'reconciliation':
      return t('an invoice that the books are compared with');
    case 'not_rolled':
      return t('usage that is not added up yet');
  }
}
