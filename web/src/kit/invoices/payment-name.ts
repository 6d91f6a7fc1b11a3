import type { Payment } from '@tollgate/billing-core/contract/payment.ts';
import { t } from '../text.ts';

/** What an entry is called; a lost dispute is money that went back without being given. */
export function paymentName({ kind, method }: Pick<Payment, 'kind' | 'method'>): string {
  if (method === 'dispute') return kind === 'refund' ? t('Lost dispute') : t('Dispute won');
  return `${kind === 'refund' ? t('Refund') : t('Payment')} · ${method}`;
}
