import { ChevronsUpDown, LogOut, ShieldCheck, UserRound } from 'lucide-react';
import { useGo, usePlace } from '../kit/link.tsx';
import { Menu, MenuChoice, MenuItem, MenuSeparator } from '../kit/menu.tsx';
import { paths } from '../kit/paths.ts';
import { Skeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { setTheme, useTheme, type Theme } from '../kit/theme.ts';
import { openCustomers, useMe } from './me.ts';
import { useSignOut } from './sign-out.ts';

const THEMES: readonly { value: Theme; label: string }[] = [
  { value: 'system', label: t('As the device') },
  { value: 'light', label: t('Light') },
  { value: 'dark', label: t('Dark') },
];

/** The signed-in person: theme, the other side of the portal, sign out. */
export function AccountMenu() {
  const me = useMe();
  const go = useGo();
  const signOut = useSignOut();
  const theme = useTheme();
  const { pathname } = usePlace();
  const [own] = me === undefined ? [] : openCustomers(me);
  const onAdminSide = pathname.startsWith('/admin');
  return (
    <Menu
      align="start"
      trigger={
        <button
          type="button"
          className="flex w-full items-center gap-2 rounded-md px-2 py-1.5 text-left hover:bg-sunken"
        >
          <span className="sr-only">{t('Account')}</span>
          {me === undefined ? <Skeleton className="h-9 w-full" /> : <Person user={me.user} />}
        </button>
      }
    >
      <MenuChoice label={t('Theme')} value={theme} options={THEMES} onChange={setTheme} />
      <MenuSeparator />
      {me?.user.role === 'admin' && !onAdminSide && (
        <MenuItem onSelect={() => go(paths.adminCustomers())}>
          <ShieldCheck aria-hidden />
          {t('Admin side')}
        </MenuItem>
      )}
      {onAdminSide && own !== undefined && (
        <MenuItem onSelect={() => go(paths.overview(own.id))}>
          <UserRound aria-hidden />
          {t('Customer side')}
        </MenuItem>
      )}
      <MenuItem onSelect={() => void signOut()}>
        <LogOut aria-hidden />
        {t('Sign out')}
      </MenuItem>
    </Menu>
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
