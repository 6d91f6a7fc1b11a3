import { useQuery, useQueryClient } from '@tanstack/react-query';
import { FastForward } from 'lucide-react';
import { useState } from 'react';
import type { TestClock } from '@tollgate/billing-core/contract/test-clock.ts';
import { api } from '../kit/api.ts';
import { Button } from '../kit/button.tsx';
import { Dialog, DialogActions } from '../kit/dialog.tsx';
import { SelectField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { formatInstantExact } from '../kit/format.ts';
import { t } from '../kit/text.ts';
import { toast } from '../kit/toast.tsx';
import { testClockQuery } from './queries.ts';

const DAY_MS = 86_400_000;

const STEPS = [
  { value: '1', label: t('A day') },
  { value: '7', label: t('A week') },
  { value: '31', label: t('31 days') },
  { value: '366', label: t('366 days') },
];

/** Where the installation is for tests: its time, and the way to move it. Otherwise nothing. */
export function TestClockBar() {
  const [asking, setAsking] = useState(false);
  const { data } = useQuery(testClockQuery);
  if (data === undefined || !data.enabled) return null;
  return (
    <section
      aria-label={t('Test clock')}
      className="mb-5 flex flex-wrap items-center justify-between gap-2 rounded-md bg-warn-soft px-4 py-2 text-warn"
    >
      <p className="figures">
        {t('Test installation: it is {time}', { time: formatInstantExact(data.now) })}
      </p>
      <Button size="sm" onClick={() => setAsking(true)}>
        <FastForward aria-hidden />
        {t('Move time forward…')}
      </Button>
      <Dialog
        open={asking}
        onClose={() => setAsking(false)}
        title={t('Move time forward')}
        about={t('Trials end, periods renew and quotas begin anew, for all. It never goes back.')}
      >
        {asking && <Advance now={data.now} onClose={() => setAsking(false)} />}
      </Dialog>
    </section>
  );
}

function Advance({ now, onClose }: { now: string; onClose: () => void }) {
  const queries = useQueryClient();
  const move = useApiForm<{ days: string }>({
    defaults: { days: '1' },
    submit: async ({ days }, idempotencyKey) => {
      const to = new Date(Date.parse(now) + Number(days) * DAY_MS).toISOString();
      const path = '/v1/test-clock/advance';
      const { now: there } = await api<TestClock>(path, {
        method: 'POST',
        body: { to },
        idempotencyKey,
      });
      toast.done(t('It is {time}', { time: formatInstantExact(there) }));
      // Nothing that was read before is true any more.
      await queries.invalidateQueries();
      onClose();
    },
  });
  return (
    <Form api={move} label={t('Move time forward')}>
      <SelectField form={move.form} name="days" label={t('By')} options={STEPS} />
      <DialogActions>
        <Button onClick={onClose}>{t('Cancel')}</Button>
        <Button type="submit" tone="primary" busy={move.form.formState.isSubmitting}>
          {t('Move forward')}
        </Button>
      </DialogActions>
    </Form>
  );
}
