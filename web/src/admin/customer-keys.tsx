import { useQuery, useQueryClient } from '@tanstack/react-query';
import { KeyRound, Plus } from 'lucide-react';
import { useRouter } from '@tanstack/react-router';
import { useCallback, useState } from 'react';
import type { Customer } from '@tollgate/billing-core/contract/customer.ts';
import type { Key as ApiKey } from '@tollgate/billing-core/contract/key.ts';
import type { Route } from '@tollgate/billing-core/contract/route.ts';
import { Button } from '../kit/button.tsx';
import { FirstUse } from '../kit/empty.tsx';
import { CreateKeyDialog } from '../kit/keys/create-key.tsx';
import { KeyDialogs } from '../kit/keys/key-dialogs.tsx';
import { KeyTable, type KeyActing } from '../kit/keys/key-table.tsx';
import { useKeyUse } from '../kit/keys/key-use.ts';
import { Card } from '../kit/page.tsx';
import { LoadMore, usePages } from '../kit/pages.tsx';
import { paths } from '../kit/paths.ts';
import { Loaded } from '../kit/query.tsx';
import { TableSkeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { routeChoices } from './queries.ts';

const NONE: readonly Route[] = [];

/** A customer's keys, seen and handled by an admin. */
export function CustomerKeys({ customer }: { customer: Customer }) {
  const { id: customerId } = customer;
  const [creating, setCreating] = useState(false);
  const [acting, setActing] = useState<KeyActing>();
  const queries = useQueryClient();
  const router = useRouter();
  const path = `/v1/customers/${customerId}/keys`;
  const key = ['admin', 'customer', customerId, 'keys'];
  const keys = usePages<ApiKey>({ key, path });
  const routes = useQuery(routeChoices);
  const limits = {
    ...routes,
    data: routes.data && { scopes: customer.key_scopes, routes: routes.data.data },
  };
  const use = useKeyUse({ key, path: '/v1/usage', query: { customer_id: customerId } });
  const tryKey = useCallback(
    ({ id }: ApiKey) => router.history.push(paths.adminRouteTrial({ key_id: id })),
    [router],
  );
  const reload = (): void => void queries.invalidateQueries({ queryKey: key });
  return (
    <Card
      title={t('Keys')}
      flush
      actions={
        <Button size="sm" onClick={() => setCreating(true)}>
          <Plus aria-hidden />
          {t('Create key')}
        </Button>
      }
    >
      <Loaded query={keys} skeleton={<TableSkeleton />}>
        {(rows) =>
          rows.length === 0 ? (
            <FirstUse
              icon={<KeyRound aria-hidden />}
              title={t('No keys yet')}
              about={t('The customer can create them too, on their own side.')}
            />
          ) : (
            <KeyTable
              keys={rows}
              routes={routes.data?.data ?? NONE}
              use={use}
              onAct={setActing}
              onTry={tryKey}
            />
          )
        }
      </Loaded>
      <LoadMore more={keys.more} />
      <CreateKeyDialog
        open={creating}
        path={path}
        limits={limits}
        onClose={() => setCreating(false)}
        onCreated={reload}
      />
      <KeyDialogs
        acting={acting}
        path={(id) => `/v1/keys/${id}`}
        limits={limits}
        onClose={() => setActing(undefined)}
        onDone={reload}
      />
    </Card>
  );
}
