import { EllipsisVertical } from 'lucide-react';
import { useMemo } from 'react';
import type { Key as ApiKey } from '@tollgate/billing-core/contract/key.ts';
import { Badge, type BadgeTone } from '../badge.tsx';
import { IconButton } from '../button.tsx';
import { Menu, MenuItem } from '../menu.tsx';
import { Table, type Column } from '../table.tsx';
import { Sparkline } from '../sparkline.tsx';
import { t, tn } from '../text.ts';
import { Ago, Instant } from '../time.tsx';
import type { KeyUse } from './key-use.ts';
import { routeMarks, type KeyRoute } from './route-fields.tsx';

const STATES: Record<ApiKey['state'], { tone: BadgeTone; label: string }> = {
  active: { tone: 'ok', label: t('Active') },
  disabled: { tone: 'warn', label: t('Disabled') },
  revoked: { tone: 'neutral', label: t('Revoked') },
  expired: { tone: 'warn', label: t('Expired') },
};

const COLUMNS_MIN_PX = 900;

/** What is asked for, of which key. */
export interface KeyActing {
  deed: 'edit' | 'rotate' | 'disable' | 'enable' | 'revoke';
  key: ApiKey;
}

interface KeyTableProps {
  keys: readonly ApiKey[];
  /** What the routes are called that keys are limited to. */
  routes: readonly KeyRoute[];
  /** Left out for those who may only look. */
  onAct?: ((acting: KeyActing) => void) | undefined;
  /** What each was used for lately; left out while that is not known. */
  use?: KeyUse | undefined;
  /** For admins: what gateways would do with a request that carries it. */
  onTry?: ((key: ApiKey) => void) | undefined;
}

/** A customer's keys; never their secrets, which are not stored. */
export function KeyTable({ keys, routes, use, onAct, onTry }: KeyTableProps) {
  const facts = useMemo(() => columnsOf({ routes, use }), [routes, use]);
  const actions = useMemo(() => onAct && actionsColumn(onAct, onTry), [onAct, onTry]);
  const columns = useMemo(() => (actions ? [...facts, actions] : facts), [facts, actions]);
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

/** What a key may, and from where, in a few words. */
function limitsInWords(key: ApiKey, routes: readonly KeyRoute[]): string {
  const { scopes, ip_allow, ip_deny } = key;
  const limited = routeMarks(routes, key.route_ids).filter(({ given }) => given);
  const parts = [
    scopes.join(', '),
    ip_allow.length > 0 && t('only from {list}', { list: ip_allow.join(', ') }),
    limited.length > 0 &&
      t('only for {list}', { list: limited.map(({ name }) => name).join(', ') }),
    ip_deny.length > 0 && t('never from {list}', { list: ip_deny.join(', ') }),
  ];
  return parts.filter((part) => part !== false && part !== '').join('; ');
}

/** Its limits stand under its name: a column of their own would push others out. */
function NameAndLimits({ apiKey, routes }: { apiKey: ApiKey; routes: readonly KeyRoute[] }) {
  const limits = limitsInWords(apiKey, routes);
  return (
    <>
      <span className="font-medium">{apiKey.name}</span>
      {limits !== '' && <span className="block text-xs font-normal text-ink-soft">{limits}</span>}
    </>
  );
}

type Shown = Pick<KeyTableProps, 'routes' | 'use'>;

function columnsOf({ routes, use }: Shown): Column<ApiKey>[] {
  return [
    {
      id: 'name',
      header: t('Name'),
      card: 'title',
      written: (key) => `${key.name}\n${limitsInWords(key, routes)}`.trim(),
      cell: (key) => <NameAndLimits apiKey={key} routes={routes} />,
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
      cell: (key) => <LastUse apiKey={key} days={use?.get(key.id)} />,
    },
    { id: 'expires', header: t('Expires'), cell: (key) => <Expiry expiresAt={key.expires_at} /> },
    { id: 'created', header: t('Created'), cell: (key) => <Instant iso={key.created_at} /> },
  ];
}

interface LastUseProps {
  apiKey: ApiKey;
  /** Requests of each of the last days; undefined: none, or not known. */
  days: readonly number[] | undefined;
}

function LastUse({ apiKey: { last_used_at: at }, days }: LastUseProps) {
  const total = days?.reduce((all, one) => all + one, 0) ?? 0;
  return (
    <span className="inline-flex flex-wrap items-center gap-x-3 gap-y-1 max-sm:justify-end">
      {at === null ? t('Never') : <Ago iso={at} />}
      {days !== undefined && (
        <Sparkline
          values={days}
          label={tn(total, {
            one: '{count} request in the last 7 days',
            other: '{count} requests in the last 7 days',
          })}
        />
      )}
    </span>
  );
}

function Expiry({ expiresAt }: { expiresAt: string | null }) {
  return expiresAt === null ? t('Never') : <Instant iso={expiresAt} />;
}

function actionsColumn(
  onAct: (acting: KeyActing) => void,
  onTry: KeyTableProps['onTry'],
): Column<ApiKey> {
  return {
    id: 'actions',
    header: t('Actions'),
    quiet: true,
    align: 'end',
    card: 'corner',
    cell: (key) =>
      (key.state === 'active' || key.state === 'disabled') && (
        <Menu
          trigger={
            <IconButton label={t('Actions for {name}', { name: key.name })}>
              <EllipsisVertical aria-hidden />
            </IconButton>
          }
        >
          {onTry && <MenuItem onSelect={() => onTry(key)}>{t('Test a path')}</MenuItem>}
          <MenuItem onSelect={() => onAct({ deed: 'edit', key })}>{t('Change…')}</MenuItem>
          {key.state === 'active' ? (
            <>
              <MenuItem onSelect={() => onAct({ deed: 'rotate', key })}>{t('Make anew…')}</MenuItem>
              <MenuItem onSelect={() => onAct({ deed: 'disable', key })}>{t('Disable…')}</MenuItem>
            </>
          ) : (
            <MenuItem onSelect={() => onAct({ deed: 'enable', key })}>{t('Enable…')}</MenuItem>
          )}
          <MenuItem danger onSelect={() => onAct({ deed: 'revoke', key })}>
            {t('Revoke…')}
          </MenuItem>
        </Menu>
      ),
  };
}
