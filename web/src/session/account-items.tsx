import { Keyboard, LogOut, ShieldCheck, UserCog, UserRound } from 'lucide-react';
import type { ReactElement } from 'react';
import { language, LANGUAGES, setLanguage } from '../kit/language.ts';
import { showPanel } from '../kit/keyboard/panel.ts';
import { useGo, usePlace } from '../kit/link.tsx';
import { Menu, MenuChoice, MenuItem, MenuSeparator } from '../kit/menu.tsx';
import { paths } from '../kit/paths.ts';
import { usePreference } from '../kit/preference.ts';
import { t } from '../kit/text.ts';
import { setTheme, useTheme } from '../kit/theme.ts';
import { useShownZone, zoneChoice } from '../kit/zone.ts';
import { THEMES, zones } from './look-choices.ts';
import { openCustomers, useMe } from './me.ts';
import { useSignOut } from './sign-out.ts';

/** The signed-in person: theme, time zone, the other side of the portal, sign out. */
export function AccountItems({ trigger }: { trigger: ReactElement }) {
  const me = useMe();
  const go = useGo();
  const signOut = useSignOut();
  const theme = useTheme();
  const zone = usePreference(zoneChoice);
  // The customer's may become known while the menu is open.
  useShownZone();
  const { pathname } = usePlace();
  const [own] = me === undefined ? [] : openCustomers(me);
  const onAdminSide = pathname.startsWith('/admin');
  return (
    <Menu align="start" trigger={trigger} opened>
      <MenuChoice label={t('Theme')} value={theme} options={THEMES} onChange={setTheme} />
      <MenuChoice label={t('Time zone')} value={zone} options={zones()} onChange={zoneChoice.set} />
      <MenuChoice
        label={t('Language')}
        value={language}
        options={LANGUAGES}
        onChange={setLanguage}
      />
      <MenuSeparator />
      <MenuItem onSelect={() => showPanel('shortcuts')}>
        <Keyboard aria-hidden />
        {t('Keyboard shortcuts')}
      </MenuItem>
      {onAdminSide && (
        <MenuItem onSelect={() => go(paths.adminAccount)}>
          <UserCog aria-hidden />
          {t('Your account')}
        </MenuItem>
      )}
      {me?.user.role === 'admin' && !onAdminSide && (
        <MenuItem onSelect={() => go(paths.adminHome)}>
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
