import { Plus } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../kit/button.tsx';
import { PageHeader } from '../kit/page.tsx';
import { t } from '../kit/text.ts';
import { CouponCard } from './coupons.tsx';
import { CouponDialog } from './coupon-form.tsx';
import { TaxRateCard } from './tax-rates.tsx';
import { TaxRateDialog } from './tax-rate-form.tsx';

/** What is taken off invoices, and what is put on them. Customers are given them on their pages. */
export function TermsPage() {
  const [creating, setCreating] = useState<'coupon' | 'tax'>();
  const close = (): void => setCreating(undefined);
  return (
    <>
      <PageHeader
        title={t('Coupons and taxes')}
        about={t('Their terms never change. Customers get them on their own pages.')}
        actions={
          <>
            <Button onClick={() => setCreating('tax')}>
              <Plus aria-hidden />
              {t('Create tax rate')}
            </Button>
            <Button tone="primary" onClick={() => setCreating('coupon')}>
              <Plus aria-hidden />
              {t('Create coupon')}
            </Button>
          </>
        }
      />
      <div className="flex flex-col gap-5">
        <CouponCard />
        <TaxRateCard />
      </div>
      <CouponDialog open={creating === 'coupon'} onClose={close} />
      <TaxRateDialog open={creating === 'tax'} onClose={close} />
    </>
  );
}
