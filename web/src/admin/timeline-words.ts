import type { CustomerEvent } from '@tollgate/billing-core/contract/customer-event.ts';
import { t, tn } from '../kit/text.ts';

type Kind = CustomerEvent['kind'];

/** What happened, in words that the name of its subject follows. */
const TITLES: Readonly<Record<Kind, string>> = {
  'customer.created': t('Became a customer:'),
  'subscription.phase': t('On plan'),
  'subscription.ended': t('Subscription ended:'),
  'add_on.began': t('Add-on began:'),
  'add_on.ended': t('Add-on ended:'),
  'coupon.given': t('Coupon given:'),
  'coupon.ended': t('Coupon taken away:'),
  'invoice.finalized': t('Invoice'),
  'invoice.paid': t('Paid in full:'),
  'invoice.ended': t('Given up:'),
  'credit_note.created': t('Credit note'),
  'payment.payment': t('Payment for'),
  'payment.refund': t('Refund of'),
  'dunning.step': t('Unpaid:'),
  'key.created': t('Key created:'),
  'key.revoked': t('Key revoked:'),
  'member.joined': t('Member joined:'),
  'notice.told': t('Told:'),
  'admin.deed': t('Done by'),
};

export const eventTitle = ({ kind }: CustomerEvent): string => TITLES[kind];

const PHASES: Readonly<Record<string, string>> = {
  began: t('began'),
  changed: t('changed to it'),
  paused: t('paused'),
  resumed: t('went on'),
};
const REASONS: Readonly<Record<string, string>> = {
  period: t('for a period'),
  fees: t('fees that fell due'),
  late: t('late usage'),
  threshold: t('at an amount'),
  manual: t('by hand'),
};
const STEPS: Readonly<Record<string, string>> = {
  past_due: t('past due'),
  reminder: t('reminded'),
  asked_reminder: t('reminded, by an admin'),
  effect: t('the plan’s choice took effect'),
  paused: t('dunning paused'),
  resumed: t('dunning went on'),
  ended: t('dunning ended'),
};
const ENDS: Readonly<Record<string, string>> = {
  void: t('void'),
  uncollectible: t('uncollectible'),
};
const WORDS: Partial<Record<Kind, Readonly<Record<string, string>>>> = {
  'subscription.phase': PHASES,
  'invoice.finalized': REASONS,
  'invoice.paid': REASONS,
  'invoice.ended': ENDS,
  'dunning.step': STEPS,
};

/** The rest of it in words; what people wrote stays as it is. */
export function eventNote({ kind, note }: CustomerEvent): string {
  if (kind === 'add_on.began' || kind === 'add_on.ended') {
    return tn(Number(note), { one: '{count} of it', other: '{count} of it' });
  }
  return WORDS[kind]?.[note] ?? note;
}
