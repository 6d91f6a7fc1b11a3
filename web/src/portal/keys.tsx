import { useQueryClient } from '@tanstack/react-query';
import { KeyRound, Plus } from 'lucide-react';
import { useCallback, useState } from 'react';
import type { Key as ApiKey } from '@tollgate/billing-core/contract/key.ts';
import { Button } from '../kit/button.tsx';
import { Choice } from '../kit/choice.tsx';
import { FirstUse, NothingMatches } from '../kit/empty.tsx';
import { CreateKeyDialog } from '../kit/keys/create-key.tsx';
import { KeyDialogs } from '../kit/keys/key-dialogs.tsx';
import { KeyTable, type KeyActing } from '../kit/keys/key-table.tsx';
import { useKeyUse, type KeyUse } from '../kit/keys/key-use.ts';
import type { KeyRoute } from '../kit/keys/route-fields.tsx';
import { useUrlState } from '../kit/link.tsx';
import { Card, PageHeader } from '../kit/page.tsx';
import { LoadMore, usePages } from '../kit/pages.tsx';
import { Loaded } from '../kit/query.tsx';
import { TableSkeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { useRole } from '../session/me.ts';
import { useCustomerId } from './layout.tsx';
import { customerPath, useKeyLimits } from './queries.ts';

const NO_ROUTES: readonly KeyRoute[] = [];

type Shown = 'live' | 'disabled' | 'all';

const SHOWN: readonly { value: Shown; label: string }[] = [
  { value: 'live', label: t('Current') },
  { value: 'disabled', label: t('Disabled') },
  { value: 'all', label: t('All, also revoked') },
];

/** The file has what is shown: the page leaves others out by itself. */
const FILES: Record<Shown, Record<string, string>> = {
  live: { live: 'true' },
  disabled: { state: 'disabled' },
  all: {},
};

function isShown({ state }: ApiKey, shown: Shown): boolean {
  if (shown === 'all' || state === shown) return true;
  return shown === 'live' && (state === 'active' || state === 'disabled');
}

/** The customer's keys: make one, see its secret once, revoke it. */
export function KeysPage() {
  const customerId = useCustomerId();
  const role = useRole(customerId);
  const [search, merge] = useUrlState();
  const [acting, setActing] = useState<KeyActing>();
  const queries = useQueryClient();
  const path = customerPath(customerId, '/keys');
  const key = ['portal', customerId, 'keys'];
  const keys = usePages<ApiKey>({ key, path });
  const use = useKeyUse({ key, path: customerPath(customerId, '/usage') });
  const limits = useKeyLimits(customerId);
  const may = role === 'owner' || role === 'developer';
  const reload = (): void => void queries.invalidateQueries({ queryKey: key });
  const create = useCallback(() => merge({ create: 'true' }), [merge]);
  const shown = SHOWN.find(({ value }) => value === search['state'])?.value ?? 'live';
  return (
    <>
      <PageHeader
        title={t('Keys')}
        about={t('A key identifies who calls. Give each application its own.')}
        actions={
          may && (
            <Button tone="primary" onClick={create}>
              <Plus aria-hidden />
              {t('Create key')}
            </Button>
          )
        }
      />
      <Loaded
        query={keys}
        skeleton={
          <Card flush>
            <TableSkeleton />
          </Card>
        }
      >
        {(rows) => (
          <KeyList
            rows={rows}
            shown={shown}
            onShow={(state) => merge({ state: state === 'live' ? undefined : state })}
            onCreate={may ? create : undefined}
            onAct={may ? setActing : undefined}
            use={use}
            routes={limits.data?.routes ?? NO_ROUTES}
          >
            <LoadMore
              more={{ ...keys.more, file: keys.more.file && { path, query: FILES[shown] } }}
            />
          </KeyList>
        )}
      </Loaded>
      <CreateKeyDialog
        open={search['create'] === 'true' && may}
        path={path}
        limits={limits}
        onClose={() => merge({ create: undefined })}
        onCreated={reload}
      />
      <KeyDialogs
        acting={acting}
        path={(id) => `${path}/${id}`}
        limits={limits}
        onClose={() => setActing(undefined)}
        onDone={reload}
      />
    </>
  );
}

interface KeyListProps {
  rows: readonly ApiKey[];
  shown: Shown;
  onShow: (shown: Shown) => void;
  onCreate: (() => void) | undefined;
  onAct: ((acting: KeyActing) => void) | undefined;
  use: KeyUse | undefined;
  routes: readonly KeyRoute[];
  children: React.ReactNode;
}

function KeyList(props: KeyListProps) {
  const { rows, shown, onShow, onCreate, onAct, use, routes, children } = props;
  const visible = rows.filter((key) => isShown(key, shown));
  if (rows.length === 0) {
    return (
      <Card>
        <FirstUse
          icon={<KeyRound aria-hidden />}
          title={t('No keys yet')}
          about={
            onCreate
              ? t('Create a key to send your first request through the gateway.')
              : t('An owner or a developer of this customer can create one.')
          }
          action={
            onCreate && (
              <Button tone="primary" onClick={onCreate}>
                {t('Create your first key')}
              </Button>
            )
          }
        />
      </Card>
    );
  }
  return (
    <div className="flex flex-col gap-4">
      <div className="flex">
        <Choice label={t('State')} value={shown} options={SHOWN} onChange={onShow} />
      </div>
      <Card flush>
        {visible.length === 0 ? (
          <NothingMatches what={t('keys')} onClear={() => onShow('all')} />
        ) : (
          <KeyTable keys={visible} routes={routes} onAct={onAct} use={use} />
        )}
        {children}
      </Card>
    </div>
  );
}
