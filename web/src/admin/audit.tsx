import { ScrollText } from 'lucide-react';
import { useState } from 'react';
import type { AuditEntry } from '@tollgate/billing-core/contract/audit.ts';
import { Button } from '../kit/button.tsx';
import { FirstUse, NothingMatches } from '../kit/empty.tsx';
import { useUrlState } from '../kit/link.tsx';
import { Card, PageHeader } from '../kit/page.tsx';
import { LoadMore, usePages } from '../kit/pages.tsx';
import { Loaded } from '../kit/query.tsx';
import { TableSkeleton } from '../kit/skeleton.tsx';
import { Table, type Column } from '../kit/table.tsx';
import { t } from '../kit/text.ts';
import { Instant } from '../kit/time.tsx';
import { AuditDrawer } from './audit-drawer.tsx';
import { AuditFilters, FILTERS, filtersOf } from './audit-filters.tsx';

const COLUMNS_MIN_PX = 760;

const code = (text: string) => <code className="font-mono text-xs break-all">{text}</code>;

const columnsOf = (onOpen: (entry: AuditEntry) => void): Column<AuditEntry>[] => [
  {
    id: 'action',
    header: t('What'),
    card: 'title',
    written: ({ action }) => action,
    cell: ({ action }) => code(action),
  },
  {
    id: 'subject',
    header: t('To what'),
    written: ({ subject_id }) => subject_id,
    cell: ({ subject_id }) => code(subject_id),
  },
  {
    id: 'actor',
    header: t('By whom'),
    written: ({ actor_id }) => actor_id,
    cell: ({ actor_id }) => code(actor_id),
  },
  {
    id: 'address',
    header: t('From'),
    cell: ({ address }) => address ?? '–',
  },
  { id: 'at', header: t('When'), align: 'end', cell: ({ at }) => <Instant iso={at} /> },
  {
    id: 'open',
    header: t('Details'),
    quiet: true,
    align: 'end',
    cell: (entry) => (
      <Button
        size="sm"
        onClick={() => onOpen(entry)}
        aria-label={t('Details of {action}', { action: entry.action })}
      >
        {t('Details')}
      </Button>
    ),
  },
];

/** Who changed what, when and from where, and what it was before. */
export function AuditPage() {
  const [search, merge] = useUrlState();
  const [shown, setShown] = useState<AuditEntry>();
  const query = filtersOf(search);
  const entries = usePages<AuditEntry>({ key: ['admin', 'audit'], path: '/v1/audit', query });
  const isFiltered = Object.values(query).some((value) => value !== undefined);
  const clear = () => merge(Object.fromEntries(FILTERS.map((name) => [name, undefined])));
  return (
    <>
      <PageHeader
        title={t('Audit log')}
        about={t('Every change, by whom and from where. It can only grow, and has no secrets.')}
      />
      <div className="flex flex-col gap-4">
        <AuditFilters
          key={FILTERS.map((name) => search[name]).join()}
          search={search}
          onApply={merge}
        />
        <Card flush>
          <Loaded query={entries} skeleton={<TableSkeleton />}>
            {(rows) =>
              rows.length > 0 ? (
                <Table
                  label={t('Audit log')}
                  rows={rows}
                  columns={columnsOf(setShown)}
                  rowId={({ id }) => id}
                  minWidth={COLUMNS_MIN_PX}
                />
              ) : isFiltered ? (
                <NothingMatches what={t('entries')} onClear={clear} />
              ) : (
                <FirstUse
                  icon={<ScrollText aria-hidden />}
                  title={t('Nothing was changed yet')}
                  about={t('Whatever is changed from now on is here.')}
                />
              )
            }
          </Loaded>
          <LoadMore more={entries.more} />
        </Card>
      </div>
      <AuditDrawer entry={shown} onClose={() => setShown(undefined)} />
    </>
  );
}
