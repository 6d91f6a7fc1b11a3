import type { PlanVersion } from '@tollgate/billing-core/contract/plan.ts';
import { Badge } from '../kit/badge.tsx';
import { t } from '../kit/text.ts';

const STATES = {
  draft: { tone: 'warn', label: t('Draft') },
  published: { tone: 'ok', label: t('Published') },
  archived: { tone: 'neutral', label: t('Archived') },
} as const;

export function VersionBadge({ state }: { state: PlanVersion['state'] }) {
  return <Badge tone={STATES[state].tone}>{STATES[state].label}</Badge>;
}
