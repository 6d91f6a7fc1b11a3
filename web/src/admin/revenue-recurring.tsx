import { useQuery } from '@tanstack/react-query';
import { Repeat } from 'lucide-react';
import type {
  RecurringFigures,
  RecurringSubscription,
} from '@tollgate/billing-core/contract/figures.ts';
import { TableFoot } from '../kit/download.tsx';
import { FirstUse, NothingMatches } from '../kit/empty.tsx';
import { formatMoney, formatNumber } from '../kit/format.ts';
import { Link, useUrlState } from '../kit/link.tsx';
import { Card } from '../kit/page.tsx';
import { LoadMore, usePages } from '../kit/pages.tsx';
import { paths } from '../kit/paths.ts';
import { Loaded } from '../kit/query.tsx';
import { TableSkeleton } from '../kit/skeleton.tsx';
import { Table, type Column } from '../kit/table.tsx';
import { t, tn } from '../kit/text.ts';
import { recurringQuery } from './figures-queries.ts';
import { CurrencyChoice } from './revenue-invoiced.tsx';

const COLUMNS_MIN_PX = 480;
const LINK = 'font-medium underline-offset-4 hover:underline';

/** Flat fees of a month: by plan, and by subscription. */
export function RecurringRevenue() {
  const [search] = useUrlState();
  const recurring = useQuery(recurringQuery);
  const { currency, plan } = search;
  return (
    <div className="flex flex-col gap-5">
      <p className="max-w-prose text-ink-soft">
        {t(
          'Flat fees and recurring add-ons of subscriptions that are active or past due, as a ' +
            'month of them, before coupons and taxes. Trials, pauses and usage are not in it.',
        )}
      </p>
      <div className="flex flex-wrap items-end gap-3">
        <CurrencyChoice known={recurring.data?.totals.map((total) => total.currency)} />
      </div>
      <Card title={t('By plan')} flush>
        <Loaded query={recurring} skeleton={<TableSkeleton />}>
          {(known) => <Plans figures={known} currency={currency} />}
        </Loaded>
      </Card>
      <Subscriptions plan={plan} currency={currency} />
    </div>
  );
}

type PlanRow = RecurringFigures['plans'][number];

const PLAN_COLUMNS: readonly Column<PlanRow>[] = [
  {
    id: 'plan',
    header: t('Plan'),
    card: 'title',
    written: ({ plan }) => plan.name,
    cell: ({ plan, currency }) => (
      <Link
        href={paths.adminRevenue({ tab: 'recurring', plan: plan.id, currency })}
        className={LINK}
      >
        {plan.name}
      </Link>
    ),
  },
  {
    id: 'subscriptions',
    header: t('Subscriptions'),
    align: 'end',
    cell: ({ subscriptions }) => formatNumber(subscriptions),
  },
  {
    id: 'amount',
    header: t('A month'),
    align: 'end',
    cell: ({ amount, currency }) => formatMoney(amount, currency),
  },
];

function Plans({
  figures,
  currency,
}: {
  figures: RecurringFigures;
  currency?: string | undefined;
}) {
  const [, merge] = useUrlState();
  const rows = figures.plans.filter((one) => currency === undefined || one.currency === currency);
  if (figures.plans.length === 0) {
    return (
      <FirstUse
        icon={<Repeat aria-hidden />}
        title={t('No subscription is paid for now')}
        about={t('Put a customer on a plan: its flat fees are counted here, month by month.')}
      />
    );
  }
  if (rows.length === 0) {
    const clear = () => merge({ currency: undefined });
    return <NothingMatches what={t('plans')} onClear={clear} />;
  }
  const totals = figures.totals.filter(
    (one) => currency === undefined || one.currency === currency,
  );
  return (
    <>
      <Table
        label={t('By plan')}
        rows={rows}
        columns={PLAN_COLUMNS}
        rowId={(row) => `${row.plan.id} ${row.currency}`}
        minWidth={COLUMNS_MIN_PX}
      />
      <p className="border-t border-line px-4 py-3 text-right font-medium sm:px-5">
        {totals.map((one) => (
          <span key={one.currency} className="figures block">
            {formatMoney(one.amount, one.currency)}{' '}
            <span className="font-normal text-ink-soft">
              {tn(one.subscriptions, {
                one: 'of {count} subscription',
                other: 'of {count} subscriptions',
              })}
            </span>
          </span>
        ))}
      </p>
      <TableFoot file={{ path: '/v1/figures/recurring/plans', query: { currency } }} />
    </>
  );
}

const COLUMNS: readonly Column<RecurringSubscription>[] = [
  {
    id: 'customer',
    header: t('Customer'),
    card: 'title',
    written: ({ customer }) => customer.name,
    cell: ({ customer }) => (
      <Link href={paths.adminCustomer(customer.id, { tab: 'subscription' })} className={LINK}>
        {customer.name}
      </Link>
    ),
  },
  {
    id: 'plan',
    header: t('Plan'),
    written: ({ plan }) => plan.name,
    cell: ({ plan }) => plan.name,
  },
  {
    id: 'add_ons',
    header: t('Of it add-ons'),
    align: 'end',
    cell: ({ add_ons, currency }) => (add_ons === '0' ? '–' : formatMoney(add_ons, currency)),
  },
  {
    id: 'amount',
    header: t('A month'),
    align: 'end',
    cell: ({ amount, currency }) => formatMoney(amount, currency),
  },
];

interface SubscriptionsProps {
  plan: string | undefined;
  currency: string | undefined;
}

function Subscriptions({ plan, currency }: SubscriptionsProps) {
  const [, merge] = useUrlState();
  const rows = usePages<RecurringSubscription>({
    key: ['admin', 'figures', 'recurring', 'subscriptions'],
    path: '/v1/figures/recurring/subscriptions',
    query: { plan_id: plan, currency },
  });
  return (
    <Card title={t('By subscription')} flush>
      <Loaded query={rows} skeleton={<TableSkeleton />}>
        {(known) =>
          known.length > 0 ? (
            <Table
              label={t('By subscription')}
              rows={known}
              columns={COLUMNS}
              rowId={(row) => row.subscription_id}
              minWidth={COLUMNS_MIN_PX}
            />
          ) : plan === undefined && currency === undefined ? (
            <p className="px-4 py-6 text-ink-soft sm:px-5">{t('None yet.')}</p>
          ) : (
            <NothingMatches
              what={t('subscriptions')}
              onClear={() => merge({ plan: undefined, currency: undefined })}
            />
          )
        }
      </Loaded>
      <LoadMore more={rows.more} />
    </Card>
  );
}
