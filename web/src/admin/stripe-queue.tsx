import { useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { StripeQueued } from '@tollgate/billing-core/contract/stripe.ts';
import { api } from '../kit/api.ts';
import { Badge, type BadgeTone } from '../kit/badge.tsx';
import { Button } from '../kit/button.tsx';
import { ConfirmDialog } from '../kit/dialog.tsx';
import { formatNumber } from '../kit/format.ts';
import { Link } from '../kit/link.tsx';
import { Card } from '../kit/page.tsx';
import { LoadMore, usePages } from '../kit/pages.tsx';
import { paths } from '../kit/paths.ts';
import { Loaded } from '../kit/query.tsx';
import { TableSkeleton } from '../kit/skeleton.tsx';
import { Table, type Column } from '../kit/table.tsx';
import { t, tn } from '../kit/text.ts';
import { Ago, Instant } from '../kit/time.tsx';
import { toast } from '../kit/toast.tsx';

const REFRESH_MS = 5_000;
const COLUMNS_MIN_PX = 860;
const LINK = 'py-0.5 text-accent underline-offset-4 hover:underline';

const STATES: Record<StripeQueued['state'], { tone: BadgeTone; label: string }> = {
  waiting: { tone: 'neutral', label: t('Waiting') },
  telling: { tone: 'accent', label: t('Being told') },
  retrying: { tone: 'warn', label: t('Tried again') },
  stuck: { tone: 'danger', label: t('Stuck') },
};

/** Customers of whom Stripe is to be told something, and why it was not yet. */
export function StripeQueue() {
  const queries = useQueryClient();
  const [retrying, setRetrying] = useState<StripeQueued>();
  const queue = usePages<StripeQueued>({
    key: ['admin', 'stripe', 'queue'],
    path: '/v1/stripe/queue',
    everyMs: REFRESH_MS,
  });
  const columns = useMemo(() => columnsOf(setRetrying), []);
  return (
    <Card
      title={t('To be told')}
      about={t('Stripe is told of a customer’s changes in order. One that is stuck waits for you.')}
      flush
    >
      <Loaded query={queue} skeleton={<TableSkeleton rows={3} />}>
        {(rows) =>
          rows.length === 0 ? (
            <p className="px-4 pb-5 text-ink-soft sm:px-5">{t('Stripe was told of everything.')}</p>
          ) : (
            <Table
              label={t('To be told')}
              rows={rows}
              columns={columns}
              rowId={({ customer }) => customer.id}
              minWidth={COLUMNS_MIN_PX}
            />
          )
        }
      </Loaded>
      <LoadMore more={queue.more} />
      <ConfirmDialog
        open={retrying !== undefined}
        onClose={() => setRetrying(undefined)}
        title={t('Tell Stripe of {name} now?', { name: retrying?.customer.name ?? '' })}
        consequence={t('All that it was not told, in its order. Nothing is made twice by it.')}
        confirmLabel={t('Tell now')}
        onConfirm={async () => {
          if (retrying === undefined) return;
          const { id } = retrying.customer;
          await api(`/v1/stripe/queue/${encodeURIComponent(id)}/retry`, { method: 'POST' });
          await queries.invalidateQueries({ queryKey: ['admin', 'stripe'] });
          toast.done(t('Stripe is being told'));
        }}
      />
    </Card>
  );
}

const columnsOf = (onRetry: (queued: StripeQueued) => void): Column<StripeQueued>[] => [
  {
    id: 'customer',
    header: t('Customer'),
    card: 'title',
    written: ({ customer }) => customer.name,
    cell: ({ customer }) => (
      <Link href={paths.adminCustomer(customer.id)} className={LINK}>
        {customer.name}
      </Link>
    ),
  },
  {
    id: 'state',
    header: t('State'),
    card: 'corner',
    cell: ({ state }) => <Badge tone={STATES[state].tone}>{STATES[state].label}</Badge>,
  },
  { id: 'what', header: t('What'), cell: (queued) => <What queued={queued} /> },
  { id: 'since', header: t('Since'), align: 'end', cell: ({ since }) => <Ago iso={since} /> },
  {
    id: 'tries',
    header: t('Tries'),
    align: 'end',
    cell: ({ tries, next_at }) => (
      <span className="flex flex-col">
        {formatNumber(tries)}
        {next_at !== null && (
          <span className="text-xs text-ink-soft">
            {t('next')} <Instant iso={next_at} />
          </span>
        )}
      </span>
    ),
  },
  {
    id: 'said',
    header: t('Last trouble'),
    written: ({ said }) => said,
    cell: ({ said }) => (said === '' ? '–' : said),
  },
  {
    id: 'do',
    header: t('Do'),
    quiet: true,
    align: 'end',
    cell: (queued) =>
      (queued.state === 'stuck' || queued.state === 'retrying') && (
        <Button size="sm" onClick={() => onRetry(queued)}>
          {t('Retry')}
        </Button>
      ),
  },
];

const INVOICES_MAX = 3;

/** Of which invoices, and how many refunds. */
function What({ queued: { invoices, refunds } }: { queued: StripeQueued }) {
  const more = invoices.length - INVOICES_MAX;
  if (invoices.length === 0 && refunds === 0) return <>{t('what is said of the customer')}</>;
  return (
    <span className="flex flex-wrap gap-x-2 max-md:justify-end">
      {invoices.slice(0, INVOICES_MAX).map(({ id, number }) => (
        <Link key={id} href={paths.adminInvoice(id)} className={`${LINK} whitespace-nowrap`}>
          {number}
        </Link>
      ))}
      {more > 0 && <span>{t('and {n} more', { n: formatNumber(more) })}</span>}
      {refunds > 0 && (
        <span>{tn(refunds, { one: '{count} refund', other: '{count} refunds' })}</span>
      )}
    </span>
  );
}
