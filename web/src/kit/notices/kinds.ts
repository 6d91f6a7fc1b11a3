import type { NoticeKind } from '@tollgate/billing-core/contract/notice.ts';
import { t } from '../text.ts';

/** The kinds of notices in words, in the order in which they are shown. */
export const KIND_WORDS: Readonly<Record<NoticeKind, string>> = {
  quota: t('Quotas'),
  included_units: t('Included units'),
  trial_ending: t('End of a trial'),
  payment_failed: t('Failed payments'),
  payment_reminder: t('Payment reminders'),
  access_ended: t('Limited access'),
  quota_change: t('Changed limits'),
};

export const KINDS = Object.keys(KIND_WORDS) as NoticeKind[];
