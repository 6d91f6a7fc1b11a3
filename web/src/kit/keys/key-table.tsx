import { EllipsisVertical } from 'lucide-react';
import { useMemo } from 'react';
import type { Key as ApiKey } from '@tollgate/billing-core/contract/key.ts';
import { Badge, type BadgeTone } from '../badge.tsx';
import { IconButton } from '../button.tsx';
import { Menu, MenuItem } from '../menu.tsx';
import { Table, type Column } from '../table.tsx';
import { t } from '../text.ts';
import { Ago, Instant } from '../time.tsx';

const STATES: Record<ApiKey['state'], { tone: BadgeTone; label: string }> = {
  active: { tone: 'ok', label: t('Active') },
  revoked: { tone: 'neutral', label: t('Revoked') },
  expired: { tone: 'warn', label: t('Expired') },
};

const COLUMNS_MIN_PX = 860;

interface KeyTableProps {
  keys: readonly ApiKey[];
  /** Left out for those who may only look. */
  onRevoke?: ((key: ApiKey) => void) | undefined;
}

/** A customer's keys; never their secrets, which are not stored. */
export function KeyTable({ keys, onRevoke }: KeyTableProps) {
  const columns = useMemo(() => columnsOf(onRevoke), [onRevoke]);
  return (
    <Table
      label={t('Keys')}
      rows={keys}
      columns={columns}
      rowId={(key) => key.id}
      minWidth={COLUMNS_MIN_PX}
    />
  );
}

/** A key as people can compare it with theirs: its beginning and its end. */
export function keyMask(key: ApiKey): string {
  return `${key.prefix}…${key.last4}`;
}

function columnsOf(onRevoke: KeyTableProps['onRevoke']): Column<ApiKey>[] {
  const columns: Column<ApiKey>[] = [
    {
      id: 'name',
      header: t('Name'),
      card: 'title',
      written: (key) => key.name,
      cell: (key) => <span className="font-medium">{key.name}</span>,
    },
    {
      id: 'key',
      header: t('Key'),
      cell: (key) => <code className="font-mono text-xs whitespace-nowrap">{keyMask(key)}</code>,
    },
    {
      id: 'mode',
      header: t('Mode'),
      cell: (key) => (key.mode === 'live' ? t('Live') : t('Test')),
    },
    {
      id: 'state',
      header: t('State'),
      card: 'corner',
      cell: (key) => <Badge tone={STATES[key.state].tone}>{STATES[key.state].label}</Badge>,
    },
    {
      id: 'used',
      header: t('Last used'),
      cell: (key) => (key.last_used_at === null ? t('Never') : <Ago iso={key.last_used_at} />),
    },
    { id: 'expires', header: t('Expires'), cell: (key) => <Expiry expiresAt={key.expires_at} /> },
    { id: 'created', header: t('Created'), cell: (key) => <Instant iso={key.created_at} /> },
  ];
  if (onRevoke === undefined) return columns;
  return [...columns, actionsColumn(onRevoke)];
}

function Expiry({ expiresAt }: { expiresAt: string | null }) {
  return expiresAt === null ? t('Never') : <Instant iso={expiresAt} />;
}

function actionsColumn(onRevoke: (key: ApiKey) => void): Column<ApiKey> {
  return {
    id: 'actions',
    header: t('Actions'),
    quiet: true,
    align: 'end',
    card: 'corner',
    cell: (key) =>
      key.state === 'active' && (
        <Menu
          trigger={
            <IconButton label={t('Actions for {name}', { name: key.name })}>
              <EllipsisVertical aria-hidden />
            </IconButton>
          }
        >
          <MenuItem danger onSelect={() => onRevoke(key)}>
            {t('Revoke…')}
          </MenuItem>
        </Menu>
      ),
  };
}
