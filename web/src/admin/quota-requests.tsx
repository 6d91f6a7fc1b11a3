import { useQueryClient } from '@tanstack/react-query';
import { Inbox } from 'lucide-react';
import { useMemo, useState } from 'react';
import type {
  QuotaRequest,
  QuotaRequestState,
} from '@tollgate/billing-core/contract/quota-request.ts';
import { Badge, type BadgeTone } from '../kit/badge.tsx';
import { Button } from '../kit/button.tsx';
import { Choice } from '../kit/choice.tsx';
import { FirstUse, NothingMatches } from '../kit/empty.tsx';
import { formatInstant, formatNumber } from '../kit/format.ts';
import { Link, useUrlState } from '../kit/link.tsx';
import { Card } from '../kit/page.tsx';
import { LoadMore, usePages } from '../kit/pages.tsx';
import { paths } from '../kit/paths.ts';
import { Loaded } from '../kit/query.tsx';
import { TableSkeleton } from '../kit/skeleton.tsx';
import { Table, type Column } from '../kit/table.tsx';
import { t } from '../kit/text.ts';
import { Ago, Instant } from '../kit/time.tsx';
import { AnswerDialog, type Answering } from './quota-answer.tsx';
import { quotaText } from './quota-text.ts';

const STATES: Record<QuotaRequestState, { tone: BadgeTone; label: string }> = {
  open: { tone: 'accent', label: t('Waits for you') },
  granted: { tone: 'ok', label: t('Granted') },
  declined: { tone: 'warn', label: t('Declined') },
  withdrawn: { tone: 'neutral', label: t('Withdrawn') },
};

const ALL = 'all';
const CHOICES: readonly { value: QuotaRequestState | typeof ALL; label: string }[] = [
  { value: 'open', label: t('Waiting') },
  { value: 'granted', label: t('Granted') },
  { value: 'declined', label: t('Declined') },
  { value: 'withdrawn', label: t('Withdrawn') },
  { value: ALL, label: t('All') },
];
const COLUMNS_MIN_PX = 760;

/** What customers asked for in the portal; those that wait, unless another state is chosen. */
export function QuotaRequests() {
  const [search, merge] = useUrlState();
  const queries = useQueryClient();
  const state = CHOICES.find(({ value }) => value === search['state'])?.value ?? 'open';
  const [answering, setAnswering] = useState<Answering>();
  const columns = useMemo(() => columnsOf(setAnswering), []);
  const requests = usePages<QuotaRequest>({
    key: ['admin', 'quota-requests'],
    path: '/v1/quota-requests',
    query: { state: state === ALL ? undefined : state, customer_id: search['customer'] },
  });
  async function answered(): Promise<void> {
    setAnswering(undefined);
    await queries.invalidateQueries({ queryKey: ['admin', 'quota-requests'] });
    await queries.invalidateQueries({ queryKey: ['admin', 'quota-overrides'] });
    await queries.invalidateQueries({ queryKey: ['admin', 'attention'] });
  }
  return (
    <div className="flex flex-col gap-4">
      <div className="flex">
        <Choice
          label={t('State')}
          value={state}
          options={CHOICES}
          onChange={(value) => merge({ state: value === 'open' ? undefined : value })}
        />
      </div>
      <Card flush>
        <Loaded query={requests} skeleton={<TableSkeleton />}>
          {(rows) =>
            rows.length > 0 ? (
              <Table
                label={t('Requests for larger quotas')}
                rows={rows}
                columns={columns}
                rowId={(row) => row.id}
                minWidth={COLUMNS_MIN_PX}
              />
            ) : state === 'open' || state === ALL ? (
              <FirstUse
                icon={<Inbox aria-hidden />}
                title={state === ALL ? t('Nobody has asked yet') : t('Nothing waits')}
                about={t('Customers ask on their page Quotas. What they ask for is here.')}
              />
            ) : (
              <NothingMatches
                what={t('requests')}
                onClear={() => merge({ state: ALL, customer: undefined })}
              />
            )
          }
        </Loaded>
        <LoadMore more={requests.more} />
      </Card>
      <AnswerDialog
        answering={answering}
        onClose={() => setAnswering(undefined)}
        onDone={answered}
      />
    </div>
  );
}

const TOLD: readonly Column<QuotaRequest>[] = [
  {
    id: 'customer',
    header: t('Customer'),
    card: 'title',
    written: ({ customer }) => customer.name,
    cell: ({ customer, asked_by: who }) => (
      <>
        <Link
          href={paths.adminCustomer(customer.id, { tab: 'subscription' })}
          className="py-0.5 font-medium text-accent underline-offset-4 hover:underline"
        >
          {customer.name}
        </Link>
        {who && <span className="block text-[0.8125rem] text-ink-soft">{who.email}</span>}
      </>
    ),
  },
  {
    id: 'quota',
    header: t('Quota'),
    written: ({ reason }) => reason,
    cell: (row) => (
      <>
        <span className="figures block">
          {quotaText(row)}
          {': '}
          {t('{from} to {end}', {
            from: formatNumber(row.limit_then),
            end: formatNumber(row.limit),
          })}
        </span>
        <span className="block text-[0.8125rem] text-ink-soft">{row.reason}</span>
      </>
    ),
  },
  {
    id: 'state',
    header: t('State'),
    written: ({ answer }) => answer,
    cell: (row) => (
      <>
        <Badge tone={STATES[row.state].tone}>{STATES[row.state].label}</Badge>
        <Outcome request={row} />
      </>
    ),
  },
  {
    id: 'asked',
    header: t('Asked'),
    align: 'end',
    cell: ({ created_at: at, state }) =>
      state === 'open' ? <Ago iso={at} /> : <Instant iso={at} />,
  },
];

const columnsOf = (onAnswer: (answering: Answering) => void): Column<QuotaRequest>[] => [
  ...TOLD,
  {
    id: 'answer',
    header: t('Answer'),
    quiet: true,
    align: 'end',
    cell: (request) =>
      request.state === 'open' ? (
        <span className="inline-flex flex-wrap justify-end gap-2">
          <Button size="sm" onClick={() => onAnswer({ request, decision: 'granted' })}>
            {t('Grant…')}
          </Button>
          <Button
            size="sm"
            tone="quiet"
            onClick={() => onAnswer({ request, decision: 'declined' })}
          >
            {t('Decline…')}
          </Button>
        </span>
      ) : (
        request.answered_at !== null && (
          <span className="text-[0.8125rem] text-ink-soft">
            {t('Answered')} <Instant iso={request.answered_at} />
          </span>
        )
      ),
  },
];

/** What came of it: what was raised, and what the customer was told. */
function Outcome({ request: { raise, answer } }: { request: QuotaRequest }) {
  return (
    <span className="block text-[0.8125rem] text-ink-soft">
      {raise !== null && (
        <span className="block">
          {raise.ends_at === null
            ? t('Raised to {limit}', { limit: formatNumber(raise.limit) })
            : t('Raised to {limit} until {time}', {
                limit: formatNumber(raise.limit),
                time: formatInstant(raise.ends_at),
              })}
        </span>
      )}
      {answer}
    </span>
  );
}
