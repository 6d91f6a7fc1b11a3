import type { UsageEntry } from '@tollgate/billing-core/contract/usage.ts';
import type { UsageInterval } from '../api-types.ts';
import { Badge, type BadgeTone } from '../badge.tsx';
import { Dialog } from '../dialog.tsx';
import { formatInstant, formatInstantExact, formatNumber, formatBucket } from '../format.ts';
import { useUrlState } from '../link.tsx';
import { LoadMore, usePages } from '../pages.tsx';
import { Loaded } from '../query.tsx';
import { TableSkeleton } from '../skeleton.tsx';
import { t, tn } from '../text.ts';
import type { UsageSource } from './explorer.tsx';
import { groupOf, type UsageFacets } from './filters.tsx';
import { bucketWithin, resolveRange } from './range.ts';
import { outcomeLabel } from './series.ts';

interface DrawerProps {
  source: UsageSource;
  facets: UsageFacets;
}

/** The ledger rows behind one bucket, in the URL as `entries` (its start) and `of` (its group). */
export function EntriesDrawer({ source, facets }: DrawerProps) {
  const [search, merge] = useUrlState();
  const start = search['entries'];
  const close = (): void => merge({ entries: undefined, of: undefined, roll: undefined });
  const { interval } = resolveRange(search);
  const known = start !== undefined && !Number.isNaN(Date.parse(start));
  return (
    <Dialog
      open={known}
      onClose={close}
      place="side"
      title={t('Ledger entries')}
      about={known && <Bucket {...bucketWithin(search, start)} interval={interval} />}
    >
      {known && <Entries source={source} facets={facets} start={start} />}
    </Dialog>
  );
}

interface BucketProps {
  from: string;
  to: string;
  interval: UsageInterval;
}

function Bucket({ from, to, interval }: BucketProps) {
  return (
    <p>
      {formatInstant(from)} – {formatBucket(to, interval)}.{' '}
      {t('The ledger only grows: a correction is a new row.')}
    </p>
  );
}

interface EntriesProps extends DrawerProps {
  start: string;
}

function Entries({ source, facets, start }: EntriesProps) {
  const [search] = useUrlState();
  const group = groupOf(search['group_by']);
  const of = search['of'];
  const entries = usePages<UsageEntry>({
    key: [...source.key, 'entries'],
    path: source.entriesPath ?? source.path,
    query: {
      ...source.query,
      ...bucketWithin(search, start),
      // A figure is of one meter, so its rows are.
      meter:
        group === 'meter'
          ? facets.meters.find(({ id }) => id === of)?.slug
          : (search['meter'] ?? 'requests'),
      key_id: group === 'key' ? of : search['key_id'],
      route_id: group === 'route' ? of : search['route_id'],
      outcome: group === 'outcome' ? of : undefined,
      // Rows that came later did not make this figure.
      roll: search['roll'],
    },
  });
  return (
    <Loaded query={entries} skeleton={<TableSkeleton />}>
      {(rows) => (
        <div className="-mx-5">
          {rows.length === 0 && (
            <p className="px-5 py-8 text-center text-ink-soft">
              {t('No ledger entries remain for this row.')}
            </p>
          )}
          <ul className="divide-y divide-line border-t border-line">
            {rows.map((row) => (
              <Entry
                key={`${row.boot} ${row.sequence} ${entryId(row)}`}
                row={row}
                facets={facets}
              />
            ))}
          </ul>
          <LoadMore more={entries.more} />
        </div>
      )}
    </Loaded>
  );
}

function entryId(row: UsageEntry): string {
  const { minute, key_id, route_id, route_version, meter, outcome, request_id } = row;
  return [minute, key_id, route_id, route_version, meter, outcome, request_id].join();
}

/** Whether it is billed and, where its outcome does not say it, why not. */
function billedLabel({ billable, unbilled }: UsageEntry): string {
  if (billable) return t('Billable');
  if (unbilled === 'repeated') return t('Not billed: repeated');
  return unbilled === 'too_late' ? t('Not billed: too late to tell') : t('Not billed');
}

const OUTCOME_TONES: Readonly<Partial<Record<string, BadgeTone>>> = {
  ok: 'ok',
  redirect: 'neutral',
};

function Entry({ row, facets }: { row: UsageEntry; facets: UsageFacets }) {
  // All tokens that name a customer are one key, whose id is the customer's.
  const other = row.key_id === row.customer_id ? t('Tokens') : row.key_id;
  const key = facets.keys.find((one) => one.id === row.key_id)?.name ?? other;
  const route = facets.routes.find((one) => one.id === row.route_id)?.name ?? row.route_id;
  return (
    <li className="px-5 py-3">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <span className="figures font-medium" title={formatInstantExact(row.minute)}>
          {formatInstant(row.minute)}
        </span>
        <span className="figures">
          {tn(row.requests, { one: '{count} request', other: '{count} requests' })}
          {row.meter !== 'requests' && ` · ${formatNumber(row.quantity)} ${row.meter}`}
        </span>
      </div>
      <div className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1 text-[0.8125rem]">
        <Badge tone={OUTCOME_TONES[row.outcome] ?? 'warn'}>{outcomeLabel(row.outcome)}</Badge>
        <Badge tone={row.billable ? 'accent' : 'neutral'}>{billedLabel(row)}</Badge>
        <span className="min-w-0 break-all">
          {key} · {route}
          <span className="text-ink-soft"> v{row.route_version}</span>
        </span>
      </div>
      <p className="mt-1 text-xs break-all text-ink-soft">
        {t('received')} {formatInstantExact(row.received_at)} · {t('gateway')} {row.gateway} ·{' '}
        {t('boot')} {row.boot} · {t('batch')} {row.sequence} · {t('roll')}{' '}
        {row.roll ?? t('not rolled yet')}
        {row.request_id !== null && ` · ${t('request')} ${row.request_id}`}
        {row.key_hash !== null && ` · ${t('Idempotency-Key')} ${row.key_hash}`}
      </p>
    </li>
  );
}
