import { Server } from 'lucide-react';
import { useMemo } from 'react';
import type { BootState, GatewayState } from '@tollgate/billing-core/contract/gateway-state.ts';
import { Badge } from '../kit/badge.tsx';
import { FirstUse } from '../kit/empty.tsx';
import { formatNumber } from '../kit/format.ts';
import { Link, useUrlState } from '../kit/link.tsx';
import { Card, PageHeader } from '../kit/page.tsx';
import { LoadMore, usePages } from '../kit/pages.tsx';
import { paths } from '../kit/paths.ts';
import { Loaded } from '../kit/query.tsx';
import { TableSkeleton } from '../kit/skeleton.tsx';
import { Table, type Column } from '../kit/table.tsx';
import { t } from '../kit/text.ts';
import { Ago, useNow } from '../kit/time.tsx';
import { BootDrawer } from './boot-drawer.tsx';
import { SpoolFill } from './boot-spool.tsx';
import { bootHealth, lagText } from './boots.ts';
import { DeadLetters, Gaps } from './lost-usage.tsx';

const REFRESH_MS = 5_000;
const COLUMNS_MIN_PX = 860;

const COLUMNS: readonly Column<BootState & { gateway: string }>[] = [
  {
    id: 'boot',
    header: t('Boot'),
    card: 'title',
    written: (boot) => boot.boot,
    cell: ({ boot, gateway }) => (
      <Link
        href={paths.adminGateways({ gateway, boot })}
        className="py-0.5 font-mono text-xs text-accent underline-offset-4 hover:underline"
      >
        {boot}
      </Link>
    ),
  },
  { id: 'state', header: t('State'), card: 'corner', cell: (boot) => <BootHealth boot={boot} /> },
  {
    id: 'version',
    header: t('Version'),
    written: ({ version }) => version,
    cell: ({ version }) => version,
  },
  {
    id: 'lag',
    header: t('Behind by'),
    align: 'end',
    cell: lagText,
  },
  {
    id: 'spool',
    header: t('Spool'),
    align: 'end',
    cell: (boot) => <SpoolFill boot={boot} />,
  },
  {
    id: 'seen',
    header: t('Last seen'),
    align: 'end',
    cell: ({ last_seen_at }) => <Ago iso={last_seen_at} />,
  },
  {
    id: 'doubt',
    header: t('In doubt'),
    align: 'end',
    cell: ({ in_doubt }) => formatNumber(in_doubt),
  },
];

/** A boot's state in a word, true for as long as it is in view. */
export function BootHealth({ boot }: { boot: BootState }) {
  const { tone, label } = bootHealth(boot, useNow(1000));
  return <Badge tone={tone}>{label}</Badge>;
}

/** Every process of every gateway: what it has shipped, and what is known to be lost. */
export function GatewaysPage() {
  const [search, merge] = useUrlState();
  const gateways = usePages<GatewayState>({
    key: ['admin', 'gateways'],
    path: '/v1/gateways',
    everyMs: REFRESH_MS,
  });
  const open = gateways.data
    ?.find(({ id }) => id === search['gateway'])
    ?.boots.find(({ boot }) => boot === search['boot']);
  return (
    <>
      <PageHeader
        title={t('Gateways')}
        about={t(
          'Each start of a gateway is a boot. It ends when all that it recorded is in the books.',
        )}
      />
      <div className="flex flex-col gap-5">
        <Loaded
          query={gateways}
          skeleton={
            <Card flush>
              <TableSkeleton />
            </Card>
          }
        >
          {(rows) =>
            rows.length === 0 ? (
              <Card>
                <FirstUse
                  icon={<Server aria-hidden />}
                  title={t('No gateway yet')}
                  about={t('A gateway appears here with its first sync, a second after its start.')}
                />
              </Card>
            ) : (
              rows.map((one) => <Gateway key={one.id} gateway={one} />)
            )
          }
        </Loaded>
        <LoadMore more={gateways.more} />
        <Gaps />
        <DeadLetters />
      </div>
      <BootDrawer
        gateway={search['gateway'] ?? ''}
        boot={open}
        onClose={() => merge({ gateway: undefined, boot: undefined })}
      />
    </>
  );
}

function Gateway({ gateway }: { gateway: GatewayState }) {
  const { id, boots } = gateway;
  const rows = useMemo(() => boots.map((boot) => ({ ...boot, gateway: id })), [boots, id]);
  return (
    <Card title={id} flush>
      <Table
        label={t('Boots of {gateway}', { gateway: id })}
        rows={rows}
        columns={COLUMNS}
        rowId={(row) => row.boot}
        minWidth={COLUMNS_MIN_PX}
      />
    </Card>
  );
}
