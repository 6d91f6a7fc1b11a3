import { useState } from 'react';
import type { OwnSubscription } from '@tollgate/billing-core/contract/own-subscription.ts';
import { api } from '../kit/api.ts';
import { Button } from '../kit/button.tsx';
import { FormProblem } from '../kit/error-panel.tsx';
import { formatInZone } from '../kit/format.ts';
import { t } from '../kit/text.ts';
import { toast } from '../kit/toast.tsx';
import { useCustomerId } from './layout.tsx';
import { customerPath } from './queries.ts';

interface PendingProps {
  own: OwnSubscription;
  may: boolean;
  onDone: () => void;
}

/** What will happen by itself, and the way back. */
export function Pending({ own, may, onDone }: PendingProps) {
  const customerId = useCustomerId();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const { subscription } = own;
  const pending = subscription?.pending_change ?? null;
  if (subscription === null || pending === null) return null;
  const date = formatInZone(pending.at, subscription.time_zone);
  const said = {
    cancel: t('Ends on {date}: from then on requests are refused.', { date }),
    change: t('Changes to {name} on {date}.', { name: own.next_plan?.name ?? '', date }),
    pause: t('Pauses on {date}: from then on requests are refused, and no fees are due.', { date }),
    resume: t('Goes on by itself on {date}.', { date }),
  }[pending.kind];
  const back = {
    cancel: t('Keep the subscription'),
    change: t('Keep {name}', { name: own.plan?.name ?? '' }),
    pause: t('Do not pause'),
    resume: t('Stay paused'),
  }[pending.kind];
  async function withdraw(): Promise<void> {
    setBusy(true);
    setProblem(undefined);
    try {
      await api(customerPath(customerId, '/subscription/pending-change'), { method: 'DELETE' });
      toast.done(t('Taken back'));
      onDone();
    } catch (error) {
      setProblem(error);
    } finally {
      setBusy(false);
    }
  }
  return (
    <div role="note" className="mt-4 flex flex-col gap-2 rounded-md bg-warn-soft px-3 py-2.5">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <p className="min-w-0 flex-1 basis-48 font-medium wrap-anywhere text-warn">{said}</p>
        {may && (
          <Button size="sm" busy={busy} onClick={() => void withdraw()}>
            {back}
          </Button>
        )}
      </div>
      {problem !== undefined && <FormProblem error={problem} />}
    </div>
  );
}
