import type { UsageLive } from '@tollgate/billing-core/contract/usage.ts';
import type { Overview } from '@tollgate/billing-core/contract/overview.ts';
import { formatNumber, formatPercent } from '../kit/format.ts';
import { Link } from '../kit/link.tsx';
import { paths } from '../kit/paths.ts';
import { Stat, Stats } from '../kit/stat.tsx';
import { t } from '../kit/text.ts';

interface FiguresProps {
  customerId: string;
  overview: Overview | undefined;
  live: UsageLive | undefined;
}

/** The exact counts. Each leads to the usage it is made of. */
export function Figures({ customerId, overview, live }: FiguresProps) {
  const day = overview?.last_24h;
  const hourly = paths.usage(customerId, { range: '24h', group_by: 'outcome' });
  const exact = (count: number | string | undefined): string | undefined =>
    count === undefined ? undefined : formatNumber(count);
  return (
    <Stats>
      <Stat
        label={t('Requests today')}
        value={exact(live?.today.requests)}
        testId="requests-today"
        note={
          live && (
            <>
              {t('{count} billable so far', {
                count: formatNumber(live.today.billable_quantity),
              })}
              {' · '}
              <Into href={usageOf(customerId, live.today)}>{t('by outcome')}</Into>
            </>
          )
        }
      />
      <Stat
        label={t('Requests, 24 h')}
        value={exact(day?.requests)}
        testId="requests-24h"
        note={<Into href={hourly}>{t('by outcome')}</Into>}
      />
      <Stat
        label={t('Errors, 24 h')}
        value={exact(day?.errors)}
        note={
          day && (
            <>
              <ErrorShare errors={day.errors} requests={day.requests} />
              {' · '}
              <Into href={hourly}>{t('by outcome')}</Into>
            </>
          )
        }
      />
      <Stat
        label={t('Refused, 24 h')}
        value={exact(day?.refused)}
        note={
          <>
            {t('not admitted, not billed')}
            {' · '}
            <Into href={paths.logs(customerId, { end: 'refused' })}>{t('in Logs')}</Into>
          </>
        }
      />
    </Stats>
  );
}

/** Usage of just the day that the figure is of, whatever zone is shown. */
const usageOf = (customerId: string, { start, end }: UsageLive['today']): string =>
  paths.usage(customerId, { range: 'custom', from: start, to: end, interval: 'hour' });

function ErrorShare({ errors, requests }: { errors: number; requests: number }) {
  if (requests === 0) return t('no requests');
  return t('{share} of requests', { share: formatPercent(errors / requests) });
}

function Into({ href, children }: { href: string; children: string }) {
  return (
    <Link href={href} className="text-accent underline underline-offset-2">
      {children}
    </Link>
  );
}
