import { ScrollText } from 'lucide-react';
import type {
  RequestEnd,
  RequestLog,
  RequestRecord,
  RequestsLive,
} from '@tollgate/billing-core/contract/request-log.ts';
import { ButtonLink } from '../kit/button.tsx';
import { Choice } from '../kit/choice.tsx';
import { FirstUse, NothingMatches } from '../kit/empty.tsx';
import { formatNumber } from '../kit/format.ts';
import { useUrlState } from '../kit/link.tsx';
import { useLive } from '../kit/live.ts';
import { LiveBadge } from '../kit/live-badge.tsx';
import { Card, PageHeader } from '../kit/page.tsx';
import { LoadMore, usePages } from '../kit/pages.tsx';
import { paths } from '../kit/paths.ts';
import { Loaded } from '../kit/query.tsx';
import { TableSkeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { useFollow } from './follow.ts';
import { useCustomerId } from './layout.tsx';
import { LogDrawer } from './log-drawer.tsx';
import { LogTable } from './log-table.tsx';
import { customerPath } from './queries.ts';

const NONE: readonly RequestRecord[] = [];

const ENDS: readonly { value: RequestEnd | 'all'; label: string }[] = [
  { value: 'all', label: t('All') },
  { value: 'ok', label: t('Answered well') },
  { value: 'client_error', label: t('4xx of the API, or left') },
  { value: 'server_error', label: t('5xx') },
  { value: 'refused', label: t('Refused by the gateway') },
];

/** Single requests as gateways told of them, newest first, and how complete that is. */
export function LogsPage() {
  const customerId = useCustomerId();
  const [search, merge] = useUrlState();
  const end = ENDS.find(({ value }) => value === search['end'])?.value ?? 'all';
  const query = {
    end: end === 'all' ? undefined : end,
    key_id: search['key_id'],
    route_id: search['route_id'],
  };
  const filtered = Object.values(query).some((value) => value !== undefined);
  const path = customerPath(customerId, '/requests');
  const key = ['portal', customerId, 'requests'];
  const pages = usePages<RequestRecord>({ key, path, query });
  const live = useLive<RequestsLive>(`${path}/live`, 'requests');
  // The tail shows what is newest at once; the list, which has the filters, follows it.
  useFollow(pages, live.data?.requests[0]?.number);
  const tail = filtered ? NONE : (live.data?.requests ?? NONE);
  const clear = (): void => merge({ end: undefined, key_id: undefined, route_id: undefined });
  return (
    <>
      <PageHeader
        title={t('Logs')}
        about={t('Single requests, to look into one. What is billed is under Usage.')}
        actions={<LiveBadge live={live} />}
      />
      <div className="mb-4 flex flex-wrap gap-3">
        <Choice
          label={t('How it ended')}
          value={end}
          options={ENDS}
          onChange={(value) => merge({ end: value === 'all' ? undefined : value })}
        />
      </div>
      <Card flush>
        <Loaded query={pages} skeleton={<TableSkeleton />}>
          {(rows) =>
            withTail(rows, tail).length > 0 ? (
              <LogTable
                rows={withTail(rows, tail)}
                onOpen={(row) => merge({ request: row.request_id })}
              />
            ) : filtered ? (
              <NothingMatches what={t('requests')} onClear={clear} />
            ) : (
              <NoneYet />
            )
          }
        </Loaded>
        <LoadMore more={pages.more} />
        <Completeness known={live.data} />
      </Card>
      <LogDrawer
        path={path}
        queryKey={key}
        requestId={search['request']}
        onClose={() => merge({ request: undefined })}
      />
    </>
  );
}

/** With what came since they were read, where no filter says that it does not belong here. */
function withTail(
  rows: readonly RequestRecord[],
  tail: readonly RequestRecord[],
): readonly RequestRecord[] {
  const newest = BigInt(rows[0]?.number ?? '0');
  return [...tail.filter(({ number }) => BigInt(number) > newest), ...rows];
}

function NoneYet() {
  const customerId = useCustomerId();
  return (
    <FirstUse
      icon={<ScrollText aria-hidden />}
      title={t('No requests yet')}
      about={t('Requests with your keys show here within a second.')}
      action={
        <ButtonLink tone="primary" href={paths.start(customerId)}>
          {t('Send your first request')}
        </ButtonLink>
      }
    />
  );
}

/** How long requests are here, and how many are not. */
function Completeness({
  known,
}: {
  known: Pick<RequestLog, 'retention_hours' | 'skipped'> | undefined;
}) {
  if (known === undefined) return null;
  const hours = formatNumber(known.retention_hours);
  return (
    <p className="border-t border-line px-4 py-3 text-[0.8125rem] text-ink-soft sm:px-5">
      {t('A request is kept for {hours} h.', { hours })}{' '}
      {known.skipped === 0
        ? t('None of that time is known to be missing.')
        : t('{count} more of that time are not listed: of many requests gateways note a sample.', {
            count: formatNumber(known.skipped),
          })}
    </p>
  );
}
