import { useQueryClient } from '@tanstack/react-query';
import { ArrowUpToLine, Plus } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { QuotaOverride } from '@tollgate/billing-core/contract/quota-override.ts';
import { api } from '../kit/api.ts';
import { Badge } from '../kit/badge.tsx';
import { Button } from '../kit/button.tsx';
import { Choice } from '../kit/choice.tsx';
import { ConfirmDialog } from '../kit/dialog.tsx';
import { FirstUse, NothingMatches } from '../kit/empty.tsx';
import { formatNumber } from '../kit/format.ts';
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
import { RaiseDialog, type Raising } from './quota-raise.tsx';
import { quotaText } from './quota-text.ts';

const STATES = [
  { value: 'active', label: t('Holds now') },
  { value: 'ended', label: t('Ended') },
  { value: 'all', label: t('All') },
] as const;
const COLUMNS_MIN_PX = 940;

/** Quotas that were raised for one customer, of all customers. */
export function Overrides() {
  const [search, merge] = useUrlState();
  const state = STATES.find(({ value }) => value === search['state'])?.value ?? 'active';
  const customer = search['customer'];
  return (
    <OverrideList
      query={{ state: state === 'all' ? undefined : state, customer_id: customer }}
      filters={
        <Choice
          label={t('State')}
          value={state}
          options={STATES}
          onChange={(value) => merge({ state: value === 'active' ? undefined : value })}
        />
      }
      onClear={
        state === 'ended' || customer !== undefined
          ? () => merge({ state: 'all', customer: undefined })
          : undefined
      }
    />
  );
}

interface ListProps {
  query: { state?: string | undefined; customer_id?: string | undefined };
  filters: React.ReactNode;
  /** Given where a filter may be why there is nothing. */
  onClear: (() => void) | undefined;
  /** Whose page it is; else whoever is chosen. */
  customerId?: string;
}

/** A list with what can be done about it: raise, change, end. */
export function OverrideList({ query, filters, onClear, customerId }: ListProps) {
  const queries = useQueryClient();
  const [raising, setRaising] = useState<Raising>();
  const [ending, setEnding] = useState<QuotaOverride>();
  const overrides = usePages<QuotaOverride>({
    key: ['admin', 'quota-overrides'],
    path: '/v1/quota-overrides',
    query,
  });
  const columns = useMemo(
    () =>
      columnsOf({
        onChange: (was) => setRaising({ was }),
        onAgain: (like) => setRaising({ customerId: like.customer.id, like }),
        onEnd: setEnding,
      }),
    [],
  );
  const reload = () => queries.invalidateQueries({ queryKey: ['admin', 'quota-overrides'] });
  const raise = (
    <Button tone="primary" onClick={() => setRaising({ customerId })}>
      <Plus aria-hidden />
      {t('Raise a quota…')}
    </Button>
  );
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-end justify-between gap-3">
        {filters}
        {raise}
      </div>
      <Card flush>
        <Loaded query={overrides} skeleton={<TableSkeleton />}>
          {(rows) =>
            rows.length > 0 ? (
              <Table
                label={t('Raised quotas')}
                rows={rows}
                columns={columns}
                rowId={(row) => row.id}
                minWidth={COLUMNS_MIN_PX}
              />
            ) : onClear ? (
              <NothingMatches what={t('raised quotas')} onClear={onClear} />
            ) : (
              <FirstUse
                icon={<ArrowUpToLine aria-hidden />}
                title={t('No quota is raised')}
                about={t('Raise one beyond its plan, for a launch, a migration, or for good.')}
              />
            )
          }
        </Loaded>
        <LoadMore more={overrides.more} />
      </Card>
      <RaiseDialog raising={raising} onClose={() => setRaising(undefined)} onDone={reload} />
      <EndDialog override={ending} onClose={() => setEnding(undefined)} onDone={reload} />
    </div>
  );
}

interface Acts {
  onChange: (was: QuotaOverride) => void;
  onAgain: (like: QuotaOverride) => void;
  onEnd: (override: QuotaOverride) => void;
}

const columnsOf = ({ onChange, onAgain, onEnd }: Acts): Column<QuotaOverride>[] => [
  {
    id: 'customer',
    header: t('Customer'),
    card: 'title',
    written: ({ customer }) => customer.name,
    cell: ({ customer }) => (
      <Link
        href={paths.adminCustomer(customer.id, { tab: 'subscription' })}
        className="py-0.5 font-medium text-accent underline-offset-4 hover:underline"
      >
        {customer.name}
      </Link>
    ),
  },
  {
    id: 'quota',
    header: t('Quota'),
    written: ({ reason }) => reason,
    cell: (row) => (
      <>
        <span className="block">{quotaText(row)}</span>
        <span className="block text-[0.8125rem] text-ink-soft">{row.reason}</span>
      </>
    ),
  },
  {
    id: 'plan',
    header: t('By plan'),
    align: 'end',
    cell: ({ plan_limit }) => (plan_limit === null ? t('none') : formatNumber(plan_limit)),
  },
  { id: 'limit', header: t('Raised to'), align: 'end', cell: (row) => formatNumber(row.limit) },
  {
    id: 'ends',
    header: t('Until'),
    align: 'end',
    cell: ({ ends_at, ended_at }) => {
      const at = ended_at ?? ends_at;
      return at === null ? t('no end') : <Instant iso={at} />;
    },
  },
  {
    id: 'state',
    header: t('State'),
    cell: (row) => <OverrideState override={row} />,
  },
  {
    id: 'acts',
    header: t('Actions'),
    quiet: true,
    align: 'end',
    cell: (row) =>
      row.state === 'active' ? (
        <span className="inline-flex flex-wrap justify-end gap-2">
          <Button size="sm" onClick={() => onChange(row)}>
            {t('Change…')}
          </Button>
          <Button size="sm" tone="quiet" onClick={() => onEnd(row)}>
            {t('End…')}
          </Button>
        </span>
      ) : (
        <Button size="sm" tone="quiet" onClick={() => onAgain(row)}>
          {t('Raise again…')}
        </Button>
      ),
  },
];

function OverrideState({ override: { state, plan_limit, limit } }: { override: QuotaOverride }) {
  if (state === 'ended') return <Badge>{t('Ended')}</Badge>;
  const why =
    plan_limit === null
      ? t('the plan has no such limit')
      : Number(plan_limit) >= Number(limit) && t('the plan has as much');
  if (why !== false) {
    return (
      <>
        <Badge tone="warn">{t('Without effect')}</Badge>
        <span className="block text-[0.8125rem] text-ink-soft">{why}</span>
      </>
    );
  }
  return <Badge tone="ok">{t('Holds now')}</Badge>;
}

function consequenceOf(override: QuotaOverride): string {
  const { customer, plan_limit: limit } = override;
  const values = { quota: quotaText(override), name: customer.name };
  if (limit === null) return t('The plan of {name} has no such limit: nothing is refused.', values);
  return t(
    '{quota} of {name} is {limit} again at once: requests beyond it are refused. What was ' +
      'used stays used. The customer gets a notice.',
    { ...values, limit: formatNumber(limit) },
  );
}

interface EndProps {
  override: QuotaOverride | undefined;
  onClose: () => void;
  onDone: () => Promise<void>;
}

function EndDialog({ override, onClose, onDone }: EndProps) {
  return (
    <ConfirmDialog
      open={override !== undefined}
      onClose={onClose}
      title={t('End it now?')}
      consequence={override && consequenceOf(override)}
      confirmLabel={t('End it')}
      danger
      onConfirm={async () => {
        if (override === undefined) return;
        await api(`/v1/quota-overrides/${override.id}/end`, { method: 'POST' });
        toast.done(t('Ended'), { description: override.customer.name });
        await onDone();
      }}
    />
  );
}
