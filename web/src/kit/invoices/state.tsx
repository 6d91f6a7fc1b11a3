import type { InvoiceState } from '@tollgate/billing-core/contract/invoice.ts';
import { Badge, type BadgeTone } from '../badge.tsx';
import { t } from '../text.ts';

const STATES: Record<InvoiceState, { tone: BadgeTone; label: string }> = {
  draft: { tone: 'neutral', label: t('Draft') },
  open: { tone: 'accent', label: t('Open') },
  paid: { tone: 'ok', label: t('Paid') },
  void: { tone: 'neutral', label: t('Void') },
  uncollectible: { tone: 'warn', label: t('Uncollectible') },
};

/** The state in a word; an open one whose day has passed says so. */
export function InvoiceStateBadge({ state, overdue }: { state: InvoiceState; overdue: boolean }) {
  if (state === 'open' && overdue) return <Badge tone="danger">{t('Past due')}</Badge>;
  return <Badge tone={STATES[state].tone}>{STATES[state].label}</Badge>;
}

export const STATE_LABELS = Object.entries(STATES).map(([value, { label }]) => ({
  value: value as InvoiceState,
  label,
}));
