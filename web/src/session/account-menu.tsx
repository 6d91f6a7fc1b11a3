import { ChevronsUpDown } from 'lucide-react';
import { lazy } from 'react';
import { LaterMenu } from '../kit/later-menu.tsx';
import { Skeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { useMe } from './me.ts';

const Items = lazy(async () => ({ default: (await import('./account-items.tsx')).AccountItems }));

/** The signed-in person, and behind it what they choose for every page. */
export function AccountMenu() {
  const me = useMe();
  return (
    <LaterMenu
      menu={Items}
      trigger={
        <button
          type="button"
          className="flex w-full items-center gap-2 rounded-md px-2 py-1.5 text-left hover:bg-sunken"
        >
          <span className="sr-only">{t('Account')}</span>
          {me === undefined ? <Skeleton className="h-9 w-full" /> : <Person user={me.user} />}
        </button>
      }
    />
  );
}

function Person({ user }: { user: { name: string; email: string } }) {
  return (
    <>
      <span className="min-w-0 flex-1">
        <span className="block truncate font-medium">{user.name}</span>
        <span className="block truncate text-xs text-ink-soft">{user.email}</span>
      </span>
      <ChevronsUpDown className="size-4 shrink-0 text-ink-soft" aria-hidden />
    </>
  );
}
