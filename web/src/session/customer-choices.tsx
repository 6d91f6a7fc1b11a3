import { useParams } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useGo } from '../kit/link.tsx';
import { Menu, MenuChoice } from '../kit/menu.tsx';
import { paths } from '../kit/paths.ts';
import { t } from '../kit/text.ts';
import { openCustomers, useMe } from './me.ts';

/** Whom the signed-in person can look at. */
export function CustomerChoices({ trigger }: { trigger: ReactElement }) {
  const me = useMe();
  const go = useGo();
  const { customerId = '' } = useParams({ strict: false });
  const customers = me === undefined ? [] : openCustomers(me);
  return (
    <Menu align="start" trigger={trigger} opened>
      <MenuChoice
        label={t('Customer')}
        value={customerId}
        options={customers.map((customer) => ({ value: customer.id, label: customer.name }))}
        onChange={(id) => go(paths.overview(id))}
      />
    </Menu>
  );
}
