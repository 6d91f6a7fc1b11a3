import { useQuery } from '@tanstack/react-query';
import type { ValueFaults } from '@tollgate/billing-core/contract/value-fault.ts';
import { TableFoot } from '../kit/download.tsx';
import { formatNumber } from '../kit/format.ts';
import { Card } from '../kit/page.tsx';
import { Table, type Column } from '../kit/table.tsx';
import { t } from '../kit/text.ts';
import { Instant } from '../kit/time.tsx';
import { valueFaultsQuery } from './queries.ts';

type FaultRow = ValueFaults['data'][number];

const WORDS: Record<string, string> = {
  missing: t('The response does not have it'),
  cut_off: t('The response ended before it'),
  unreadable: t('The body is no JSON, or in an unknown coding'),
  too_large: t('The body is too large to be read'),
  ambiguous: t('The header or the name came more than once'),
  not_a_number: t('It is not a number'),
  negative: t('It is negative'),
  over_maximum: t('It is over the largest value'),
  too_fine: t('It has more places than the meter counts'),
};

/** @returns what was wrong with a value, in words. */
export const faultLabel = (fault: string): string => WORDS[fault] ?? fault;

const COLUMNS: readonly Column<FaultRow>[] = [
  {
    id: 'fault',
    header: t('What was wrong'),
    card: 'title',
    cell: (row) => faultLabel(row.fault),
  },
  {
    id: 'meter',
    header: t('Meter'),
    cell: (row) => <code className="font-mono">{row.meter}</code>,
  },
  {
    id: 'requests',
    header: t('Requests'),
    align: 'end',
    cell: (row) => formatNumber(row.requests),
  },
  {
    id: 'customers',
    header: t('Customers'),
    align: 'end',
    cell: (row) => formatNumber(row.customers),
  },
  { id: 'last', header: t('Last in the hour of'), cell: (row) => <Instant iso={row.last_hour} /> },
];

/** What the route's metering looked for and did not find; nothing while all is well. */
export function ValueFaultsCard({ routeId }: { routeId: string }) {
  const { data } = useQuery(valueFaultsQuery(routeId));
  if (data === undefined || data.data.length === 0) return null;
  return (
    <Card
      flush
      className="mb-4"
      title={t('Values that could not be read')}
      about={t('Billed requests of the last 7 days that were charged the fallback of a rule.')}
    >
      <Table
        label={t('Values that could not be read')}
        rows={data.data}
        columns={COLUMNS}
        rowId={(row) => `${row.meter} ${row.fault}`}
      />
      <TableFoot file={{ path: `/v1/routes/${routeId}/value-faults` }} />
    </Card>
  );
}
