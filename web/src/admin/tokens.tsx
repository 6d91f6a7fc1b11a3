import { useQueryClient } from '@tanstack/react-query';
import { KeySquare, Plus } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { AdminToken, Scope } from '@tollgate/billing-core/contract/admin-token.ts';
import { api } from '../kit/api.ts';
import { Badge, type BadgeTone } from '../kit/badge.tsx';
import { Button } from '../kit/button.tsx';
import { ConfirmDialog, Dialog } from '../kit/dialog.tsx';
import { FirstUse } from '../kit/empty.tsx';
import { SecretDialog } from '../kit/keys/secret-once.tsx';
import { useUrlState } from '../kit/link.tsx';
import { Card, PageHeader } from '../kit/page.tsx';
import { LoadMore, usePages } from '../kit/pages.tsx';
import { Loaded } from '../kit/query.tsx';
import { TableSkeleton } from '../kit/skeleton.tsx';
import { Table, type Column } from '../kit/table.tsx';
import { t } from '../kit/text.ts';
import { Ago, Instant } from '../kit/time.tsx';
import { toast } from '../kit/toast.tsx';
import { TokenForm } from './token-form.tsx';

const PATH = '/v1/admin-tokens';
const KEY = ['admin', 'tokens'];
const COLUMNS_MIN_PX = 760;

/** What automation and gateways call the API with. */
export function TokensPage() {
  const [search, merge] = useUrlState();
  const queries = useQueryClient();
  const tokens = usePages<AdminToken>({ key: KEY, path: PATH });
  const [ending, setEnding] = useState<AdminToken>();
  const columns = useMemo(() => columnsOf(setEnding), []);
  const reload = () => queries.invalidateQueries({ queryKey: KEY });
  const create = (
    <Button tone="primary" onClick={() => merge({ create: 'true' })}>
      <Plus aria-hidden />
      {t('Create token')}
    </Button>
  );
  return (
    <>
      <PageHeader
        title={t('Tokens')}
        about={t('What automation and gateways call the API with, in the place of a person.')}
        actions={create}
      />
      <Card flush>
        <Loaded query={tokens} skeleton={<TableSkeleton />}>
          {(rows) =>
            rows.length === 0 ? (
              <FirstUse
                icon={<KeySquare aria-hidden />}
                title={t('No tokens yet')}
                about={t('A script needs one to do what these pages do; so does each gateway.')}
                action={create}
              />
            ) : (
              <Table
                label={t('Tokens')}
                rows={rows}
                columns={columns}
                rowId={({ id }) => id}
                minWidth={COLUMNS_MIN_PX}
              />
            )
          }
        </Loaded>
        <LoadMore more={tokens.more} />
      </Card>
      <Create open={search['create'] === 'true'} onClose={() => merge({ create: undefined })} />
      <RevokeDialog token={ending} onClose={() => setEnding(undefined)} onDone={reload} />
    </>
  );
}

/** Makes a token, then shows it the only time anyone can see it. */
function Create({ open, onClose }: { open: boolean; onClose: () => void }) {
  const queries = useQueryClient();
  const [secret, setSecret] = useState<string>();
  return (
    <>
      <Dialog
        open={open && secret === undefined}
        onClose={onClose}
        title={t('Create a token')}
        about={t('Whoever holds it can do what it may, without signing in.')}
      >
        <TokenForm
          path={PATH}
          onCancel={onClose}
          onCreated={async (token) => {
            setSecret(token);
            await queries.invalidateQueries({ queryKey: KEY });
          }}
        />
      </Dialog>
      <SecretDialog
        secret={secret}
        title={t('Copy the token now')}
        about={t(
          'This is the only time it is shown. A fingerprint of it is stored, not the token.',
        )}
        onLeave={() => {
          setSecret(undefined);
          onClose();
        }}
      />
    </>
  );
}

const STATES: Record<AdminToken['state'], { tone: BadgeTone; label: string }> = {
  active: { tone: 'ok', label: t('Active') },
  revoked: { tone: 'neutral', label: t('Revoked') },
  expired: { tone: 'warn', label: t('Expired') },
};

const SCOPES: Record<Scope, string> = {
  admin: t('everything'),
  read: t('reading'),
  sync: t('being a gateway'),
};

const columnsOf = (onEnd: (token: AdminToken) => void): Column<AdminToken>[] => [
  {
    id: 'name',
    header: t('Name'),
    card: 'title',
    written: ({ name }) => name,
    cell: ({ name, last4 }) => (
      <>
        <span className="font-medium">{name}</span>{' '}
        <code className="font-mono text-xs text-ink-soft">…{last4}</code>
      </>
    ),
  },
  {
    id: 'scopes',
    header: t('May'),
    cell: ({ scopes }) => scopes.map((scope) => SCOPES[scope]).join(', '),
  },
  {
    id: 'state',
    header: t('State'),
    card: 'corner',
    cell: ({ state }) => <Badge tone={STATES[state].tone}>{STATES[state].label}</Badge>,
  },
  {
    id: 'used',
    header: t('Last used'),
    cell: ({ last_used_at: at }) => (at === null ? t('Never') : <Ago iso={at} />),
  },
  {
    id: 'expires',
    header: t('Expires'),
    cell: ({ expires_at: at }) => (at === null ? t('Never') : <Instant iso={at} />),
  },
  { id: 'created', header: t('Created'), cell: (token) => <Instant iso={token.created_at} /> },
  {
    id: 'actions',
    header: t('Actions'),
    quiet: true,
    align: 'end',
    card: 'corner',
    cell: (token) =>
      token.state === 'active' && (
        <Button
          size="sm"
          tone="quiet"
          aria-label={t('Revoke {name}', { name: token.name })}
          onClick={() => onEnd(token)}
        >
          {t('Revoke…')}
        </Button>
      ),
  },
];

interface RevokeProps {
  token: AdminToken | undefined;
  onClose: () => void;
  onDone: () => Promise<void>;
}

function RevokeDialog({ token, onClose, onDone }: RevokeProps) {
  const isGateways = token?.scopes.includes('sync') === true;
  return (
    <ConfirmDialog
      open={token !== undefined}
      onClose={onClose}
      danger
      title={t('Revoke “{name}”?', { name: token?.name ?? '' })}
      confirmLabel={t('Revoke token')}
      consequence={
        <>
          <p>{t('Every call with it is refused from now on. This can’t be undone.')}</p>
          {isGateways && (
            <p className="mt-2">
              {t(
                'A gateway that has it goes on with what it holds, and its usage waits in its ' +
                  'spool until it is given another token.',
              )}
            </p>
          )}
        </>
      }
      onConfirm={async () => {
        await api(`${PATH}/${token?.id}/revoke`, { method: 'POST' });
        toast.done(t('Token revoked'), { description: token?.name ?? '' });
        await onDone();
      }}
    />
  );
}
