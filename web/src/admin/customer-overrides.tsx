import { t } from '../kit/text.ts';
import { OverrideList } from './quota-overrides.tsx';

/** Quotas that were raised for this customer beyond its plan. */
export function CustomerOverrides({ customerId }: { customerId: string }) {
  return (
    <section aria-label={t('Raised quotas')} className="min-w-0 lg:col-span-2">
      <OverrideList
        query={{ customer_id: customerId, state: 'active' }}
        filters={<h2 className="text-sm font-semibold">{t('Raised quotas')}</h2>}
        onClear={undefined}
        customerId={customerId}
      />
    </section>
  );
}
