import { useQuery } from '@tanstack/react-query';
import { clsx } from 'clsx';
import type { Meter } from '@tollgate/billing-core/contract/meter.ts';
import type { PlanVersionDiff } from '@tollgate/billing-core/contract/plan-diff.ts';
import type { PlanVersion } from '@tollgate/billing-core/contract/plan.ts';
import { api } from '../kit/api.ts';
import { intervalInWords } from '../kit/interval-words.ts';
import { Card } from '../kit/page.tsx';
import { entitlementInWords, priceInWords } from '../kit/price-words.ts';
import { Loaded } from '../kit/query.tsx';
import { formatMoney } from '../kit/format.ts';
import { FactsSkeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';

type TermName = PlanVersionDiff['terms'][number]['field'];

const TERM_NAMES: Record<TermName, string> = {
  currency: t('Currency'),
  trial_days: t('Trial, days'),
  interval_months: t('Billing period'),
  proration: t('Proration'),
  charged: t('Charged'),
  threshold_amount: t('Bill usage early at'),
};

interface VersionDiffProps {
  version: PlanVersion;
  /** The one before it. */
  from: PlanVersion;
  meters: readonly Meter[];
}

/** What a version changes of the one before. */
export function VersionDiff({ version, from, meters }: VersionDiffProps) {
  const diff = useQuery({
    // A draft is another one each time that it is saved.
    queryKey: ['admin', 'plan', version.plan_id, 'diff', version.id, version],
    queryFn: ({ signal }) =>
      api<PlanVersionDiff>(`/v1/plan-versions/${version.id}/diff`, {
        query: { from: from.id },
        signal,
      }),
  });
  return (
    <Card
      title={t('Changes since version {number}', { number: from.number })}
      className="lg:col-span-2"
    >
      <Loaded query={diff} skeleton={<FactsSkeleton facts={2} />}>
        {(known) => <Changes lines={linesOf(known, { version, from, meters })} />}
      </Loaded>
    </Card>
  );
}

interface Line {
  sign: '+' | '−';
  text: string;
}

function termInWords(field: TermName, value: string, currency: string): string {
  const name = TERM_NAMES[field];
  if (field === 'interval_months') {
    return t('{name}: {value}', { name, value: intervalInWords(Number(value)) });
  }
  if (field === 'charged') {
    return value === 'once' ? t('Charged once') : t('Charged each period');
  }
  const said = field === 'threshold_amount' ? formatMoney(value, currency) : value;
  return t('{name}: {value}', { name, value: said });
}

/** Old lines and new ones, each in words; what changed is both. */
function linesOf(diff: PlanVersionDiff, { version, from, meters }: VersionDiffProps): Line[] {
  const both = (before: string | null, after: string | null): Line[] => [
    ...(before === null ? [] : [{ sign: '−' as const, text: before }]),
    ...(after === null ? [] : [{ sign: '+' as const, text: after }]),
  ];
  return [
    ...diff.terms.flatMap(({ field, before, after }) =>
      both(
        before === null ? null : termInWords(field, before, from.currency),
        after === null ? null : termInWords(field, after, version.currency),
      ),
    ),
    ...diff.prices.flatMap(({ before, after }) =>
      both(
        before && priceInWords(before, from.currency, meters),
        after && priceInWords(after, version.currency, meters),
      ),
    ),
    ...diff.entitlements.flatMap(({ before, after }) =>
      both(
        before && entitlementInWords(before, meters),
        after && entitlementInWords(after, meters),
      ),
    ),
  ];
}

function Changes({ lines }: { lines: readonly Line[] }) {
  if (lines.length === 0) return <p className="text-ink-soft">{t('None')}</p>;
  return (
    <ul className="flex flex-col gap-1">
      {lines.map(({ sign, text }) => (
        <li
          key={`${sign}${text}`}
          className={clsx(
            'flex gap-2 rounded px-2 py-0.5 wrap-anywhere',
            sign === '+' ? 'bg-ok-soft text-ok' : 'bg-danger-soft text-danger',
          )}
        >
          <span aria-hidden>{sign}</span>
          <span className="sr-only">{sign === '+' ? t('New:') : t('Gone:')}</span>
          {text}
        </li>
      ))}
    </ul>
  );
}
