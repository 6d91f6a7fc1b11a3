import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { Me } from '@tollgate/billing-core/contract/me.ts';
import { useGo } from '../kit/link.tsx';
import { paths } from '../kit/paths.ts';
import { Loaded } from '../kit/query.tsx';
import { Loading } from '../kit/skeleton.tsx';
import { meQuery, openCustomers } from './me.ts';

/** '/' is no page: it leads to where the signed-in person belongs. */
export function HomePage() {
  const me = useQuery(meQuery);
  return (
    <Loaded query={me} skeleton={<Loading />}>
      {(known) => <Leave to={homeOf(known)} />}
    </Loaded>
  );
}

function Leave({ to }: { to: string }) {
  const go = useGo();
  useEffect(() => go(to, { replace: true }));
  return <Loading />;
}

function homeOf(me: Me): string {
  const [first] = openCustomers(me);
  if (me.user.role === 'admin') return paths.adminHome;
  return first === undefined ? paths.welcome : paths.overview(first.id);
}
