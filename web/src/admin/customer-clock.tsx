import { useQuery, useQueryClient } from '@tanstack/react-query';
import { FastForward } from 'lucide-react';
import { useState } from 'react';
import type { CustomerClock } from '@tollgate/billing-core/contract/test-clock.ts';
import { api } from '../kit/api.ts';
import { Badge } from '../kit/badge.tsx';
import { Button } from '../kit/button.tsx';
import { Dialog, DialogActions } from '../kit/dialog.tsx';
import { TextField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { formatDateUtc, formatInstantExact, localInput } from '../kit/format.ts';
import { Card } from '../kit/page.tsx';
import { t } from '../kit/text.ts';
import { toast } from '../kit/toast.tsx';
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
  return <Badge tone="warn">{t('test clock: {date}', { date: formatDateUtc(clock.now) })}</Badge>;
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
        {asking && <Advance {...{ customerId, clock }} onClose={() => setAsking(false)} />}
      </Dialog>
    </Card>
  );
}

type AdvanceProps = { customerId: string; clock: CustomerClock; onClose: () => void };

function Advance({ customerId, clock, onClose }: AdvanceProps) {
  const queries = useQueryClient();
  const move = useApiForm<{ to: string }>({
    defaults: { to: localInput(clock.now) },
    submit: async ({ to }, idempotencyKey) => {
      const path = `/v1/customers/${encodeURIComponent(customerId)}/test-clock/advance`;
      const { now } = await api<CustomerClock>(path, {
        method: 'POST',
        body: { to: new Date(to).toISOString() },
        idempotencyKey,
      });
      toast.done(t('For this customer it is {time}.', { time: formatInstantExact(now) }));
      // Whatever was read of it before is of another time.
      await queries.invalidateQueries();
      onClose();
    },
  });
  return (
    <Form api={move} label={t('Move its time forward')}>
      <TextField
        form={move.form}
        name="to"
        label={t('To')}
        type="datetime-local"
        required={t('Enter a time')}
        hint={t('At most 366 days at once.')}
      />
      <DialogActions>
        <Button onClick={onClose}>{t('Cancel')}</Button>
        <Button type="submit" tone="primary" busy={move.form.formState.isSubmitting}>
          {t('Move forward')}
        </Button>
      </DialogActions>
    </Form>
  );
}
