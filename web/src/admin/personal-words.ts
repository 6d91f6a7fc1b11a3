import type { ERASURE_OBJECTIONS } from '@tollgate/billing-core/contract/erasure.ts';
import { t } from '../kit/text.ts';

type Objection = (typeof ERASURE_OBJECTIONS)[number];

/** Why a customer cannot be erased yet, and the way out. */
export function objectionWords(reason: Objection): string {
  switch (reason) {
    case 'not_archived':
      return t('It is not archived: archive it, above.');
    case 'open_invoices':
      return t('It has open invoices: wait until they are paid, void them or write them off.');
    case 'draft_invoices':
      return t('It has draft invoices: finalize each, to bill it, or discard it.');
    case 'credit_left':
      return t('It has credit left: pay it out, under Money.');
    case 'usage_not_closed':
      return t('Its last period is not billed yet: that comes by itself once all usage is there.');
    case 'open_disputes':
      return t('A bank asks for a payment back: wait until that is decided.');
    case 'stripe_not_told':
      return t('Stripe is being told of it still: see the page Stripe.');
    case 'money_owed_back':
      return t('An invoice was credited after it was paid: refund that first.');
  }
}

/** What is counted of an erasure. */
export function countWords(kind: string): string {
  switch (kind) {
    case 'members':
      return t('Memberships');
    case 'users':
      return t('Accounts of people who belong to nobody else');
    case 'sessions':
      return t('Their sessions');
    case 'invitations':
      return t('Invitations');
    case 'keys':
      return t('Names of keys');
    case 'notices':
      return t('Texts of notices');
    case 'letters':
      return t('E-mails of notices');
    case 'requests':
      return t('Logged requests');
    case 'invoices':
      return t('Invoices');
    case 'named_invoices':
      return t('Invoices that keep the name for as long as is set');
    case 'payments':
      return t('Payments');
    case 'usage_hours':
      return t('Rows of hourly usage');
    default:
      return kind;
  }
}
