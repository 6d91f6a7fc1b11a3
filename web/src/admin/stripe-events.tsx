import { useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { StripeEvent, StripeEventState } from '@tollgate/billing-core/contract/stripe.ts';
import { api } from '../kit/api.ts';
import { Badge, type BadgeTone } from '../kit/badge.tsx';
import { Button } from '../kit/button.tsx';
import { Choice } from '../kit/choice.tsx';
import { ConfirmDialog } from '../kit/dialog.tsx';
import { NothingMatches } from '../kit/empty.tsx';
import { Link, useUrlState } from '../kit/link.tsx';
import { Card } from '../kit/page.tsx';
import { LoadMore, usePages } from '../kit/pages.tsx';
import { paths } from '../kit/paths.ts';
import { Loaded } from '../kit/query.tsx';
import { TableSkeleton } from '../kit/skeleton.tsx';
import { Table, type Column } from '../kit/table.tsx';
import { t } from '../kit/text.ts';
import { Instant } from '../kit/time.tsx';
import { toast } from '../kit/toast.tsx';

const REFRESH_MS = 10_000;
const COLUMNS_MIN_PX = 900;
const LINK = 'py-0.5 text-accent underline-offset-4 hover:underline';

const STATES: Record<StripeEventState, { tone: BadgeTone; label: string }> = {
  taken: { tone: 'ok', label: t('Taken') },
  waiting: { tone: 'accent', label: t('Waiting') },
  failed: { tone: 'danger', label: t('Failed') },
  unknown: { tone: 'neutral', label: t('Not followed') },
};

const SHOWN: readonly { value: StripeEventState | 'all'; label: string }[] = [
  { value: 'all', label: t('All') },
  ...Object.entries(STATES).map(([value, { label }]) => ({
    value: value as StripeEventState,
    label,
  })),
];

/** What Stripe told, and what became of it. */
export function StripeEvents() {
  const queries = useQueryClient();
  const [search, merge] = useUrlState();
  const state = SHOWN.find(({ value }) => value === search['state'])?.value ?? 'all';
  const [retrying, setRetrying] = useState<StripeEvent>();
  const events = usePages<StripeEvent>({
    key: ['admin', 'stripe', 'events'],
    path: '/v1/stripe/events',
    query: { ...(state !== 'all' && { state }) },
    everyMs: REFRESH_MS,
  });
  const columns = useMemo(() => columnsOf(setRetrying), []);
  return (
    <Card
      title={t('Events')}
      about={t('An event only says where to look: what Stripe has then is what counts.')}
      actions={
        <Choice
          label={t('State')}
          value={state}
          options={SHOWN}
          onChange={(value) => merge({ state: value === 'all' ? undefined : value })}
        />
      }
      flush
    >
      <Loaded query={events} skeleton={<TableSkeleton />}>
        {(rows) => {
          if (rows.length > 0) {
            return (
              <Table
                label={t('Events')}
                rows={rows}
                columns={columns}
                rowId={({ id }) => id}
                minWidth={COLUMNS_MIN_PX}
              />
            );
          }
          if (state !== 'all') {
            return (
              <NothingMatches what={t('events')} onClear={() => merge({ state: undefined })} />
            );
          }
          return (
            <p className="px-4 pb-5 text-ink-soft sm:px-5">{t('Stripe has told nothing yet.')}</p>
          );
        }}
      </Loaded>
      <LoadMore more={events.more} />
      <ConfirmDialog
        open={retrying !== undefined}
        onClose={() => setRetrying(undefined)}
        title={t('Follow {type} again?', { type: retrying?.type ?? '' })}
        consequence={t('What it is about is read from Stripe anew, and taken into the books.')}
        confirmLabel={t('Follow again')}
        onConfirm={async () => {
          if (retrying === undefined) return;
          const { id } = retrying;
          await api(`/v1/stripe/events/${encodeURIComponent(id)}/retry`, { method: 'POST' });
          await queries.invalidateQueries({ queryKey: ['admin', 'stripe'] });
          toast.done(t('The event is followed again'));
        }}
      />
    </Card>
  );
}

const columnsOf = (onRetry: (event: StripeEvent) => void): Column<StripeEvent>[] => [
  {
    id: 'type',
    header: t('Event'),
    card: 'title',
    written: ({ type, object_id }) => `${type} ${object_id ?? ''}`,
    cell: ({ type, object_id }) => (
      <span className="flex flex-col">
        <span>{type}</span>
        <code className="font-mono text-xs break-all text-ink-soft">{object_id}</code>
      </span>
    ),
  },
  {
    id: 'state',
    header: t('State'),
    card: 'corner',
    cell: ({ state }) => <Badge tone={STATES[state].tone}>{STATES[state].label}</Badge>,
  },
  { id: 'about', header: t('About'), cell: (event) => <About event={event} /> },
  {
    id: 'source',
    header: t('How it came'),
    cell: ({ source }) => (source === 'webhook' ? t('delivered') : t('asked for')),
  },
  {
    id: 'at',
    header: t('Stripe’s time'),
    align: 'end',
    cell: ({ created_at }) => <Instant iso={created_at} />,
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
    cell: (event) =>
      event.state === 'failed' && (
        <Button size="sm" onClick={() => onRetry(event)}>
          {t('Retry')}
        </Button>
      ),
  },
];

/** Our customer and invoice, as far as it is about any. */
function About({ event: { customer, invoice } }: { event: StripeEvent }) {
  if (customer === null) return <>–</>;
  return (
    <span className="flex flex-col gap-x-2 wrap-anywhere">
      <Link href={paths.adminCustomer(customer.id)} className={LINK}>
        {customer.name}
      </Link>
      {invoice !== null && (
        <Link href={paths.adminInvoice(invoice.id)} className={`${LINK} whitespace-nowrap`}>
          {invoice.number}
        </Link>
      )}
    </span>
  );
}
