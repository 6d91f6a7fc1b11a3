import { useQuery } from '@tanstack/react-query';
import type {
  RowsBehind,
  ShownDifference,
} from '@tollgate/billing-core/contract/reconciliation.ts';
import { api } from '../kit/api.ts';
import { CopyButton } from '../kit/copy.tsx';
import { Dialog } from '../kit/dialog.tsx';
import { formatMoney } from '../kit/format.ts';
import { Facts } from '../kit/page.tsx';
import { Loaded } from '../kit/query.tsx';
import { TableSkeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { KINDS } from './reconciliation-words.ts';

type Row = RowsBehind['data'][number];

const ROW_KINDS: Record<Row['kind'], string> = {
  boot: t('Boot of a gateway'),
  line: t('Line of the invoice'),
  payment: t('Payment or refund'),
  credit_note: t('Credit note'),
  invoice: t('Invoice here'),
  stripe_invoice: t('Invoice at Stripe'),
};

/** What of a row is money, in minor units. */
const AMOUNTS = ['amount', 'gross', 'total', 'paid', 'credited', 'from_credit', 'told'];
const WHOLE = /^-?\d+$/;

interface RowsDrawerProps {
  difference: ShownDifference | undefined;
  path: string;
  onClose: () => void;
}

/** The rows behind a difference, as they are now. */
export function RowsDrawer({ difference, path, onClose }: RowsDrawerProps) {
  return (
    <Dialog
      open={difference !== undefined}
      onClose={onClose}
      place="side"
      title={difference === undefined ? '' : KINDS[difference.kind]}
      about={t('The rows behind it, as they are now.')}
    >
      {difference !== undefined && <Rows difference={difference} path={path} />}
    </Dialog>
  );
}

function Rows({ difference, path }: { difference: ShownDifference; path: string }) {
  const rows = useQuery({
    queryKey: ['admin', 'reconciliation', path, difference.position, 'rows'],
    queryFn: ({ signal }) =>
      api<RowsBehind>(`${path}/differences/${difference.position}/rows`, { signal }),
  });
  return (
    <Loaded query={rows} skeleton={<TableSkeleton rows={3} />}>
      {({ data }) =>
        data.length === 0 ? (
          <p className="text-ink-soft">{t('No row is left of it.')}</p>
        ) : (
          <ul className="divide-y divide-line">
            {data.map((row) => (
              <li key={`${row.kind} ${row.id}`} className="py-4 first:pt-0">
                <h3 className="font-medium">{ROW_KINDS[row.kind]}</h3>
                <p className="mb-3 flex items-center gap-1">
                  <code className="min-w-0 font-mono text-xs break-all">{row.id}</code>
                  <CopyButton text={row.id} label={t('Copy the id')} />
                </p>
                <Facts facts={factsOf(row, difference.detail['currency'])} />
              </li>
            ))}
          </ul>
        )
      }
    </Loaded>
  );
}

function factsOf({ facts }: Row, currency: string | undefined) {
  return Object.entries(facts).map(([name, value]) => {
    const isMoney = currency !== undefined && AMOUNTS.includes(name) && WHOLE.test(value);
    const label = name.replaceAll('_', ' ');
    return {
      name: label.charAt(0).toUpperCase() + label.slice(1),
      value: isMoney ? formatMoney(value, currency) : value,
    };
  });
}
