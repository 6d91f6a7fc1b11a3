import { ChevronsUpDown } from 'lucide-react';
import { lazy } from 'react';
import { LaterMenu } from '../kit/later-menu.tsx';
import { Skeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { customerName, openCustomers, useMe } from './me.ts';

const Choices = lazy(async () => ({
  default: (await import('./customer-choices.tsx')).CustomerChoices,
}));

/** The customer in view; a menu for those who belong to several. */
export function CustomerSwitcher({ customerId }: { customerId: string }) {
  const me = useMe();
  if (me === undefined) return <Skeleton className="mx-2 h-9" />;
  const customers = openCustomers(me);
  const name = customerName(me, customerId) ?? t('Unknown customer');
  if (customers.length < 2 || me.viewing !== null) {
    return <p className="truncate px-2.5 py-1.5 text-[0.8125rem] text-ink-soft">{name}</p>;
  }
  return (
    <LaterMenu
      menu={Choices}
      trigger={
        <button
          type="button"
          aria-label={t('Customer: {name}', { name })}
          className="flex h-9 w-full items-center justify-between gap-2 rounded-md border border-line bg-surface px-2.5 text-left font-medium hover:bg-sunken"
        >
          <span className="truncate">{name}</span>
          <ChevronsUpDown className="size-4 shrink-0 text-ink-soft" aria-hidden />
        </button>
      }
    />
  );
}
