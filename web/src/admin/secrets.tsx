import { useQueryClient } from '@tanstack/react-query';
import { KeySquare, Plus } from 'lucide-react';
import { useState } from 'react';
import type { Secret } from '@tollgate/billing-core/contract/secret.ts';
import { api } from '../kit/api.ts';
import { Button } from '../kit/button.tsx';
import { ConfirmDialog } from '../kit/dialog.tsx';
import { FirstUse } from '../kit/empty.tsx';
import { Card, PageHeader } from '../kit/page.tsx';
import { LoadMore, usePages } from '../kit/pages.tsx';
import { paths } from '../kit/paths.ts';
import { Loaded } from '../kit/query.tsx';
import { TableSkeleton } from '../kit/skeleton.tsx';
import { Table, type Column } from '../kit/table.tsx';
import { t } from '../kit/text.ts';
import { Instant } from '../kit/time.tsx';
import { toast } from '../kit/toast.tsx';
import { SecretDialog } from './secret-dialog.tsx';

type Asked = { secret: Secret; what: 'replace' | 'delete' };

const usersOf = ({ used_by }: Secret): string =>
  used_by.length === 0 ? t('No route') : used_by.join(', ');

const columnsOf = (ask: (asked: Asked) => void): Column<Secret>[] => [
  {
    id: 'name',
    header: t('Name'),
    card: 'title',
    written: (secret) => secret.name,
    cell: (secret) => <code className="font-mono">{secret.name}</code>,
  },
  { id: 'users', header: t('Used by'), written: usersOf, cell: usersOf },
  { id: 'set', header: t('Set'), cell: (secret) => <Instant iso={secret.updated_at} /> },
  {
    id: 'actions',
    header: t('Actions'),
    quiet: true,
    align: 'end',
    cell: (secret) => (
      <span className="inline-flex flex-wrap justify-end gap-2">
        <Button size="sm" onClick={() => ask({ secret, what: 'replace' })}>
          {t('Replace…')}
        </Button>
        <Button size="sm" onClick={() => ask({ secret, what: 'delete' })}>
          {t('Delete…')}
        </Button>
      </span>
    ),
  },
];

/** Texts that routes send to their upstreams: written here, never shown. */
export function SecretsPage() {
  const [creating, setCreating] = useState(false);
  const [asked, setAsked] = useState<Asked>();
  const queries = useQueryClient();
  const secrets = usePages<Secret>({ key: ['admin', 'secrets'], path: '/v1/secrets' });
  const reload = async () => queries.invalidateQueries({ queryKey: ['admin'] });
  const close = () => setAsked(undefined);
  async function remove({ id, name }: Secret): Promise<void> {
    await api(`/v1/secrets/${id}`, { method: 'DELETE' });
    await reload();
    toast.done(t('Secret deleted'), { description: name });
  }
  const create = (
    <Button tone="primary" onClick={() => setCreating(true)}>
      <Plus aria-hidden />
      {t('Create secret')}
    </Button>
  );
  return (
    <>
      <PageHeader
        title={t('Secrets')}
        about={t('What routes send to their upstreams and nobody else may see.')}
        back={{ href: paths.adminRoutes, label: t('Routes') }}
        actions={create}
      />
      <Card flush>
        <Loaded query={secrets} skeleton={<TableSkeleton />}>
          {(rows) =>
            rows.length === 0 ? (
              <FirstUse
                icon={<KeySquare aria-hidden />}
                title={t('No secrets yet')}
                about={t('Such as the key by which an upstream knows the gateway.')}
                action={create}
              />
            ) : (
              <Table
                label={t('Secrets')}
                rows={rows}
                columns={columnsOf(setAsked)}
                rowId={(row) => row.id}
              />
            )
          }
        </Loaded>
        <LoadMore more={secrets.more} />
      </Card>
      <SecretDialog open={creating} onClose={() => setCreating(false)} onDone={reload} />
      <SecretDialog
        open={asked?.what === 'replace'}
        secret={asked?.secret}
        onClose={close}
        onDone={reload}
      />
      <ConfirmDialog
        open={asked?.what === 'delete'}
        onClose={close}
        onConfirm={() => (asked ? remove(asked.secret) : Promise.resolve())}
        danger
        title={t('Delete “{name}”?', { name: asked?.secret.name ?? '' })}
        confirmLabel={t('Delete secret')}
        consequence={t('Its text is gone for ever. A secret that a route uses is not deleted.')}
      />
    </>
  );
}
