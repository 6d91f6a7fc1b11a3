import { useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { api } from '../kit/api.ts';
import type { BootState } from '@tollgate/billing-core/contract/gateway-state.ts';
import type { QuotaWindowState } from '@tollgate/billing-core/contract/lease-state.ts';
import type { Meter } from '@tollgate/billing-core/contract/meter.ts';
import { Button } from '../kit/button.tsx';
import { ConfirmDialog, Dialog } from '../kit/dialog.tsx';
import { formatNumber } from '../kit/format.ts';
import { Link } from '../kit/link.tsx';
import { meterLabel } from '../kit/meter-label.ts';
import { Facts } from '../kit/page.tsx';
import { LoadMore, usePages } from '../kit/pages.tsx';
import { paths } from '../kit/paths.ts';
import { Loaded } from '../kit/query.tsx';
import { WINDOW_NAMES } from '../kit/quota-words.ts';
import { TableSkeleton } from '../kit/skeleton.tsx';
import { Table, type Column } from '../kit/table.tsx';
import { t } from '../kit/text.ts';
import { Instant, useNow } from '../kit/time.tsx';
import { toast } from '../kit/toast.tsx';
import { heldBy, heldByMeter, isSilent, MEANING, type HeldUnits } from './boots.ts';
import { SpoolFill, spoolWaiting } from './boot-spool.tsx';
import { BootHealth } from './gateways.tsx';
import { useMeters } from './queries.ts';

interface BootDrawerProps {
  gateway: string;
  /** Undefined: closed, or not known yet. */
  boot: BootState | undefined;
  onClose: () => void;
}

/** One boot: where it stands, what it holds of quotas, and giving it up. */
export function BootDrawer({ gateway, boot, onClose }: BootDrawerProps) {
  return (
    <Dialog open={boot !== undefined} onClose={onClose} title={t('Boot')} place="side">
      {boot && <BootDetails gateway={gateway} boot={boot} />}
    </Dialog>
  );
}

function BootDetails({ gateway, boot }: { gateway: string; boot: BootState }) {
  const windows = usePages<QuotaWindowState>({
    key: ['admin', 'gateways', gateway, boot.boot, 'windows'],
    path: '/v1/quota-windows',
    query: { gateway, boot: boot.boot },
  });
  const instant = (iso: string | null) => (iso === null ? t('not yet') : <Instant iso={iso} />);
  const facts = [
    { name: t('Boot'), value: <code className="font-mono text-xs">{boot.boot}</code> },
    { name: t('Gateway'), value: <code className="font-mono text-xs">{gateway}</code> },
    { name: t('State'), value: <BootHealth boot={boot} /> },
    { name: t('Version'), value: boot.version },
    { name: t('Started'), value: instant(boot.started_at) },
    { name: t('Last seen'), value: instant(boot.last_seen_at) },
    { name: t('Recorded up to'), value: boot.state === 'live' ? instant(boot.watermark) : '–' },
    { name: t('Spool'), value: <SpoolFill boot={boot} /> },
    { name: t('Waits in it'), value: spoolWaiting(boot) },
    { name: t('Batches taken in'), value: formatNumber(boot.next_sequence - 1) },
    { name: t('Requests in doubt'), value: formatNumber(boot.in_doubt) },
    { name: t('Ended'), value: instant(boot.ended_at) },
  ];
  const held = boot.state === 'live' ? t('Units it holds') : t('Stranded units');
  return (
    <div className="flex flex-col gap-5">
      <p className="text-ink-soft">{MEANING[boot.state]}</p>
      <Facts facts={facts} />
      {boot.in_doubt > 0 && (
        <p className="text-[0.8125rem] text-ink-soft text-pretty">
          {t('In doubt are requests under way when it was killed: nobody knows how they ended.')}
        </p>
      )}
      <section aria-label={held}>
        <h3 className="mb-2 text-sm font-semibold">{held}</h3>
        <Loaded query={windows} skeleton={<TableSkeleton rows={2} />}>
          {(rows) => <Held boot={boot.boot} windows={rows} />}
        </Loaded>
        <LoadMore more={windows.more} />
      </section>
      {boot.state === 'live' && (
        <WriteOff gateway={gateway} boot={boot} windows={windows.data} more={windows.more.has} />
      )}
    </div>
  );
}

function Held({ boot, windows }: { boot: string; windows: readonly QuotaWindowState[] }) {
  const meters = useMeters();
  const rows = useMemo(() => heldBy(boot, windows), [boot, windows]);
  const columns = useMemo(() => columnsOf(meters), [meters]);
  if (rows.length === 0) return <p className="text-ink-soft">{t('None.')}</p>;
  return (
    <Table
      label={t('Units it holds')}
      rows={rows}
      columns={columns}
      rowId={({ window }) => window.id}
    />
  );
}

function meterName(id: string, meters: readonly Meter[]): string {
  const meter = meters.find((one) => one.id === id);
  return meter === undefined ? id : meterLabel(meter, meters);
}

const columnsOf = (meters: readonly Meter[]): Column<HeldUnits>[] => [
  {
    id: 'customer',
    header: t('Customer'),
    card: 'title',
    written: ({ window }) => window.customer_id,
    cell: ({ window }) => (
      <Link
        href={paths.adminCustomer(window.customer_id)}
        className="py-0.5 font-mono text-xs text-accent underline-offset-4 hover:underline"
      >
        {window.customer_id}
      </Link>
    ),
  },
  {
    id: 'quota',
    header: t('Quota'),
    written: ({ window }) => quotaOf(window, meters),
    cell: ({ window }) => quotaOf(window, meters),
  },
  { id: 'held', header: t('Held'), align: 'end', cell: ({ held }) => formatNumber(held) },
  {
    id: 'resets',
    header: t('Until'),
    align: 'end',
    cell: ({ window }) => <Instant iso={window.resets_at} />,
  },
];

function quotaOf({ meter_id, window, key_id }: QuotaWindowState, meters: readonly Meter[]): string {
  const values = { meter: meterName(meter_id, meters), window: WINDOW_NAMES[window] };
  return key_id === null
    ? t('{meter} per {window}', values)
    : t('{meter} per {window}, of one key', values);
}

interface WriteOffProps {
  gateway: string;
  boot: BootState;
  /** Undefined: not known. */
  windows: readonly QuotaWindowState[] | undefined;
  /** There are more windows than these. */
  more: boolean;
}

function WriteOff({ gateway, boot, windows, more }: WriteOffProps) {
  const [asking, setAsking] = useState(false);
  const queries = useQueryClient();
  const silent = isSilent(boot, useNow(1000));
  async function writeOff(): Promise<void> {
    const [of, name] = [encodeURIComponent(gateway), encodeURIComponent(boot.boot)];
    await api(`/v1/gateways/${of}/boots/${name}/write-off`, { method: 'POST' });
    toast.done(t('Boot written off'), { description: boot.boot });
    await queries.invalidateQueries({ queryKey: ['admin', 'gateways'] });
  }
  if (!silent) {
    return (
      <p className="text-[0.8125rem] text-ink-soft">
        {t('While it is heard of there is nothing to give up.')}
      </p>
    );
  }
  return (
    <div className="flex flex-col items-start gap-2 border-t border-line pt-4">
      <p className="text-ink-soft text-pretty">
        {t('A gateway that starts on its disk ships what it left and ends it.')}{' '}
        {t('Only when that disk will never come back is it to be written off.')}
      </p>
      <Button tone="danger" onClick={() => setAsking(true)}>
        {t('Write off…')}
      </Button>
      <ConfirmDialog
        open={asking}
        onClose={() => setAsking(false)}
        onConfirm={writeOff}
        danger
        typed={boot.boot}
        title={t('Write this boot off?')}
        confirmLabel={t('Write boot off')}
        consequence={<Consequence boot={boot.boot} windows={windows} more={more} />}
      />
    </div>
  );
}

function Consequence(props: Pick<WriteOffProps, 'windows' | 'more'> & { boot: string }) {
  return (
    <ul className="flex list-disc flex-col gap-1.5 pl-5">
      <li>{t('What it recorded and did not ship is not billed, unless its disk turns up.')}</li>
      <li>{t('Invoices do not wait for it any longer.')}</li>
      <Stranded {...props} />
      <li>{t('This can’t be undone.')}</li>
    </ul>
  );
}

function Stranded({ boot, windows, more }: Parameters<typeof Consequence>[0]) {
  const meters = useMeters();
  if (windows === undefined) return <li>{t('How many units it holds is not known just now.')}</li>;
  const stranded = [...heldByMeter(heldBy(boot, windows))];
  if (stranded.length === 0) return <li>{t('It holds no units of quotas.')}</li>;
  const units = stranded.map(
    ([meter, held]) => `${meterName(meter, meters)}: ${formatNumber(held)}`,
  );
  return (
    <li>
      {more ? t('At least these units stay used') : t('These units stay used')}{' '}
      {t('until their windows end, and customers get that much less: {units}.', {
        units: units.join(', '),
      })}
    </li>
  );
}
