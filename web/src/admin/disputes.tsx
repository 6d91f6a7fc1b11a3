import { useQuery } from '@tanstack/react-query';
import { ExternalLink } from 'lucide-react';
import type { Dispute } from '@tollgate/billing-core/contract/dispute.ts';
import type { Page } from '@tollgate/billing-core/contract/page.ts';
import { api } from '../kit/api.ts';
import { Badge, type BadgeTone } from '../kit/badge.tsx';
import { ErrorPanel } from '../kit/error-panel.tsx';
import { formatInstant, formatMoney } from '../kit/format.ts';
import { Link } from '../kit/link.tsx';
import { Card } from '../kit/page.tsx';
import { paths } from '../kit/paths.ts';
import { t } from '../kit/text.ts';

const STATES: Record<Dispute['state'], { tone: BadgeTone; label: string }> = {
  open: { tone: 'warn', label: t('Open') },
  won: { tone: 'ok', label: t('Won') },
  lost: { tone: 'danger', label: t('Lost') },
  closed: { tone: 'neutral', label: t('Closed') },
};

export const DISPUTE_LABELS = Object.entries(STATES).map(([value, { label }]) => ({
  value: value as Dispute['state'],
  label,
}));

export function DisputeState({ dispute }: { dispute: Dispute }) {
  return <Badge tone={STATES[dispute.state].tone}>{STATES[dispute.state].label}</Badge>;
}

/** Stripe's words, as people read them: 'needs_response' is 'needs response'. */
export const words = (text: string): string => text.replaceAll('_', ' ');

/** Until when it can be answered, and whether it was. */
export function evidenceText({ evidence_due_by: due, has_evidence: has }: Dispute): string {
  if (has) return t('evidence was given');
  return due === null ? '–' : t('evidence until {time}', { time: formatInstant(due) });
}

/** What of it is in the books. */
export function bookedText({ state, payment_id }: Dispute): string {
  if (payment_id !== null) return t('The payment was taken out of the books.');
  return state === 'open' ? t('Nothing is booked before the bank has decided.') : '';
}

export function DisputeLink({ dispute }: { dispute: Dispute }) {
  if (dispute.url === null) {
    return <code className="font-mono text-xs break-all">{dispute.id}</code>;
  }
  return (
    <a
      href={dispute.url}
      target="_blank"
      rel="noreferrer"
      className="inline-flex items-center gap-1 text-accent underline [&_svg]:size-3.5"
    >
      {t('At Stripe')}
      <ExternalLink aria-hidden />
      <span className="sr-only">{t('in a new tab')}</span>
    </a>
  );
}

/** Disputes in lines, of a customer or of an invoice. */
export function DisputeList({ disputes }: { disputes: readonly Dispute[] }) {
  return (
    <ul className="divide-y divide-line">
      {disputes.map((dispute) => (
        <li key={dispute.id} className="flex flex-col gap-1 py-2">
          <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
            <DisputeState dispute={dispute} />
            <span className="tabular-nums">{formatMoney(dispute.amount, dispute.currency)}</span>
            <Link href={paths.adminInvoice(dispute.invoice.id)} className="text-accent underline">
              {dispute.invoice.number}
            </Link>
            <DisputeLink dispute={dispute} />
          </span>
          <span className="text-[0.8125rem] text-ink-soft wrap-anywhere">
            {words(dispute.reason)} · {words(dispute.status)} · {evidenceText(dispute)}.{' '}
            {bookedText(dispute)}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** Payments of a customer that its bank asks back; nothing where there are none. */
export function CustomerDisputes({ customerId }: { customerId: string }) {
  const disputes = useQuery({
    queryKey: ['admin', 'customer', customerId, 'disputes'],
    queryFn: ({ signal }) =>
      api<Page<Dispute>>('/v1/disputes', { query: { customer_id: customerId }, signal }),
  });
  // That there are none must not be said where nobody knows.
  if (disputes.data === undefined) {
    return disputes.isError ? (
      <Card title={t('Disputes')} className="mb-5">
        <ErrorPanel error={disputes.error} onRetry={() => void disputes.refetch()} />
      </Card>
    ) : null;
  }
  if (disputes.data.data.length === 0) return null;
  return (
    <Card title={t('Disputes')} className="mb-5">
      <DisputeList disputes={disputes.data.data} />
    </Card>
  );
}
