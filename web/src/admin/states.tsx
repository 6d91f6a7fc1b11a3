import type { Customer } from '@tollgate/billing-core/contract/customer.ts';
import type { PlanVersion } from '@tollgate/billing-core/contract/plan.ts';
import type { Subscription } from '@tollgate/billing-core/contract/subscription.ts';
import { Badge, type BadgeTone } from '../kit/badge.tsx';
import { t } from '../kit/text.ts';

type States<State extends string> = Record<State, { tone: BadgeTone; label: string }>;

const CUSTOMER: States<Customer['state']> = {
  active: { tone: 'ok', label: t('Active') },
  archived: { tone: 'neutral', label: t('Archived') },
};

const VERSION: States<PlanVersion['state']> = {
  draft: { tone: 'warn', label: t('Draft') },
  published: { tone: 'ok', label: t('Published') },
  archived: { tone: 'neutral', label: t('Archived') },
};

const SUBSCRIPTION: States<Subscription['state']> = {
  trialing: { tone: 'accent', label: t('Trial') },
  active: { tone: 'ok', label: t('Active') },
  past_due: { tone: 'warn', label: t('Past due') },
  paused: { tone: 'neutral', label: t('Paused') },
  canceled: { tone: 'neutral', label: t('Canceled') },
};

export function CustomerState({ state }: { state: Customer['state'] }) {
  return <Badge tone={CUSTOMER[state].tone}>{CUSTOMER[state].label}</Badge>;
}

export function VersionState({ state }: { state: PlanVersion['state'] }) {
  return <Badge tone={VERSION[state].tone}>{VERSION[state].label}</Badge>;
}

export function SubscriptionState({ state }: { state: Subscription['state'] }) {
  return <Badge tone={SUBSCRIPTION[state].tone}>{SUBSCRIPTION[state].label}</Badge>;
}
