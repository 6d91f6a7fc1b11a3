import { useQuery } from '@tanstack/react-query';
import { FastForward } from 'lucide-react';
import { useState } from 'react';
import type { CustomerClock } from '@tollgate/billing-core/contract/test-clock.ts';
import { Badge } from '../kit/badge.tsx';
import { Button } from '../kit/button.tsx';
import { Dialog } from '../kit/dialog.tsx';
import { formatDate, formatInstantExact } from '../kit/format.ts';
import { Card } from '../kit/page.tsx';
import { t } from '../kit/text.ts';
import { AdvanceForm } from './advance-form.tsx';
import { customerClockQuery, testClockQuery } from './queries.ts';

/** @returns the customer's clock where customers can have one; undefined elsewhere. */
export function useCustomerClock(customerId: string | undefined): CustomerClock | undefined {
  const installation = useQuery(testClockQuery);
  const enabled = customerId !== undefined && installation.data?.enabled === true;
  return useQuery({ ...customerClockQuery(customerId ?? ''), enabled }).data;
}

/** Says that a customer's dates are those of a clock of its own. */
export function CustomerClockBadge({ customerId }: { customerId: string | undefined }) {
  const clock = useCustomerClock(customerId);
  if (clock === undefined || clock.ahead_ms === 0) return null;
  return <Badge tone="warn">{t('test clock: {date}', { date: formatDate(clock.now) })}</Badge>;
}

/** The time of one customer of a test installation, and the way to move it. Otherwise nothing. */
export function CustomerClockCard({ customerId }: { customerId: string }) {
  const [asking, setAsking] = useState(false);
  const clock = useCustomerClock(customerId);
  if (clock === undefined) return null;
  return (
    <Card
      title={t('Test clock')}
      actions={
        <Button size="sm" onClick={() => setAsking(true)}>
          <FastForward aria-hidden />
          {t('Move its time forward…')}
        </Button>
      }
    >
      <p>
        {clock.ahead_ms === 0
          ? t('This customer has no clock of its own: its time is the installation’s.')
          : t('For this customer it is {time}.', { time: formatInstantExact(clock.now) })}
      </p>
      <Dialog
        open={asking}
        onClose={() => setAsking(false)}
        title={t('Move its time forward')}
        about={t(
          'Its trial ends, its periods renew and its invoices fall due, and its usage is dated ' +
            'by it. Everybody else stays. It never goes back.',
        )}
      >
        {asking && (
          <AdvanceForm
            label={t('Move its time forward')}
            path={`/v1/customers/${encodeURIComponent(customerId)}/test-clock/advance`}
            now={clock.now}
            said={(time) => t('For this customer it is {time}.', { time })}
            onClose={() => setAsking(false)}
          />
        )}
      </Dialog>
    </Card>
  );
}
