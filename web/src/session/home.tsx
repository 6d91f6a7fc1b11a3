import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { Me } from '@tollgate/billing-core/contract/me.ts';
import { ErrorPanel } from '../kit/error-panel.tsx';
import { useGo } from '../kit/link.tsx';
import { paths } from '../kit/paths.ts';
import { Brand } from '../kit/shell.tsx';
import { Loading } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { Front } from './front.tsx';
import { meQuery, openCustomers } from './me.ts';

/** '/' is no page: it leads to where the signed-in person belongs. */
export function HomePage() {
  const me = useQuery(meQuery);
  if (me.data !== undefined) return <Leave to={homeOf(me.data)} />;
  if (!me.isError) return <OnTheWay />;
  return (
    <Front
      title={t('Your account')}
      about={t('Who is signed in could not be read, and with it where you belong.')}
    >
      <ErrorPanel error={me.error} onRetry={() => void me.refetch()} />
    </Front>
  );
}

function OnTheWay() {
  return (
    <main className="flex min-h-dvh items-center justify-center">
      <Brand />
      <Loading />
    </main>
  );
}

function Leave({ to }: { to: string }) {
  const go = useGo();
  useEffect(() => go(to, { replace: true }));
  return <OnTheWay />;
}

function homeOf(me: Me): string {
  const [first] = openCustomers(me);
  if (me.user.role === 'admin') return paths.adminHome;
  return first === undefined ? paths.welcome : paths.overview(first.id);
}
