import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Outlet } from '@tanstack/react-router';
import { Eye } from 'lucide-react';
import { useState } from 'react';
import { api } from '../kit/api.ts';
import { Button } from '../kit/button.tsx';
import { tell } from '../kit/error-panel.tsx';
import { formatInstant } from '../kit/format.ts';
import { useGo, usePlace } from '../kit/link.tsx';
import { paths } from '../kit/paths.ts';
import { t } from '../kit/text.ts';
import type { Me } from '@tollgate/billing-core/contract/me.ts';
import { AccountFault } from './account-fault.tsx';
import { meQuery } from './me.ts';

/** Every page, below what must not be overlooked on any of them. */
export function Root() {
  const { pathname } = usePlace();
  const signedIn = pathname.startsWith('/c/') || pathname.startsWith('/admin');
  return (
    <>
      {signedIn && <ViewBanner />}
      {signedIn && <AccountFault />}
      <Outlet />
    </>
  );
}

/** Says that an admin looks at the portal as a customer, and ends it. Otherwise nothing. */
function ViewBanner() {
  const { data } = useQuery(meQuery);
  if (data?.viewing == null) return null;
  return <Banner viewing={data.viewing} />;
}

function Banner({ viewing }: { viewing: NonNullable<Me['viewing']> }) {
  const { id, customer, ends_at } = viewing;
  const queries = useQueryClient();
  const go = useGo();
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string>();
  async function end(): Promise<void> {
    setBusy(true);
    try {
      await api(`/v1/customer-views/${id}/end`, { method: 'POST' });
      // Nothing that was read as the customer stays.
      go(paths.adminCustomer(customer.id));
      await queries.resetQueries();
    } catch (error) {
      setFault(tell(error).title);
    } finally {
      setBusy(false);
    }
  }
  return (
    <section
      aria-label={t('Viewing as a customer')}
      className="sticky top-0 z-40 flex flex-wrap items-center justify-center gap-x-4 gap-y-1 bg-accent px-4 py-1.5 text-accent-ink"
    >
      <p className="flex min-w-0 items-center gap-2 wrap-anywhere">
        <Eye aria-hidden className="size-4 shrink-0" />
        <span>
          {t('You view as {name}, read-only, until {time}.', {
            name: customer.name,
            time: formatInstant(ends_at),
          })}{' '}
          {fault}
        </span>
      </p>
      <Button size="sm" busy={busy} onClick={() => void end()}>
        {t('End viewing')}
      </Button>
    </section>
  );
}
