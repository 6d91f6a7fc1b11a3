import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type {
  OwnPreview,
  OwnStep,
  OwnSubscription,
} from '@tollgate/billing-core/contract/own-subscription.ts';
import type { OfferedPlan } from '@tollgate/billing-core/contract/plan.ts';
import { api } from '../kit/api.ts';
import { Button } from '../kit/button.tsx';
import { randomToken } from '../kit/clock.ts';
import { Dialog, DialogActions } from '../kit/dialog.tsx';
import { FormProblem } from '../kit/error-panel.tsx';
import { formatInZone, formatMoney } from '../kit/format.ts';
import { Loaded } from '../kit/query.tsx';
import { FactsSkeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { toast } from '../kit/toast.tsx';
import { useCustomerId } from './layout.tsx';
import { InvoicePreview } from './plan-invoice.tsx';
import { customerPath } from './queries.ts';

interface ChangeProps {
  to: OfferedPlan | undefined;
  own: OwnSubscription | undefined;
  onClose: () => void;
  onDone: () => void;
}

/** Shows what a change comes to, to the cent and dated, before it is made. */
export function ChangeDialog({ to, own, onClose, onDone }: ChangeProps) {
  return (
    <Dialog
      open={to !== undefined}
      onClose={onClose}
      title={t('Change to {name}', { name: to?.name ?? '' })}
    >
      {to !== undefined && (
        <Foreseen
          key={to.version.id}
          step={{ step: 'change', plan_version_id: to.version.id }}
          name={to.name}
          own={own}
          onClose={onClose}
          onDone={onDone}
        />
      )}
    </Dialog>
  );
}

interface ForeseenProps {
  step: OwnStep;
  name: string;
  own: OwnSubscription | undefined;
  onClose: () => void;
  onDone: () => void;
}

/** @returns what this step would come to, as of the time it was asked. */
export function usePreview(step: OwnStep) {
  const customerId = useCustomerId();
  return useQuery({
    // Not below what a step changes: once it is taken there is nothing to preview.
    queryKey: ['plan-preview', customerId, step],
    queryFn: ({ signal }) =>
      api<OwnPreview>(customerPath(customerId, '/subscription/preview'), {
        method: 'POST',
        body: step,
        signal,
      }),
    // What was seen a while ago is no longer what is due.
    gcTime: 0,
    staleTime: 0,
  });
}

function Foreseen({ step, name, own, onClose, onDone }: ForeseenProps) {
  const customerId = useCustomerId();
  const preview = usePreview(step);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const [idempotencyKey] = useState(randomToken);
  const zone = own?.subscription?.time_zone ?? 'UTC';
  async function take(seen: OwnPreview): Promise<void> {
    setBusy(true);
    setProblem(undefined);
    try {
      const body: OwnStep = { ...step, expected_due: seen.due_now.due };
      const path = customerPath(customerId, '/subscription/steps');
      // What is due is part of what is asked: another amount is another request.
      await api(path, { method: 'POST', body, idempotencyKey: `${idempotencyKey}-${seen.at}` });
      toast.done(seen.begins === 'now' ? t('Plan changed') : t('Change is set'));
      onDone();
      onClose();
    } catch (error) {
      setProblem(error);
      void preview.refetch();
    } finally {
      setBusy(false);
    }
  }
  return (
    <Loaded query={preview} skeleton={<FactsSkeleton />}>
      {(seen) => (
        <>
          <Amounts seen={seen} name={name} zone={zone} />
          {problem !== undefined && (
            <div className="mt-3">
              <FormProblem error={problem} />
            </div>
          )}
          <DialogActions>
            <Button onClick={onClose}>{t('Not now')}</Button>
            <Button
              tone="primary"
              busy={busy}
              disabled={preview.isFetching}
              onClick={() => void take(seen)}
            >
              {action(seen, { name, zone })}
            </Button>
          </DialogActions>
        </>
      )}
    </Loaded>
  );
}

interface AmountsProps extends Said {
  seen: OwnPreview;
}

/** What the change does, and the invoices that it makes, dated. */
function Amounts({ seen, name, zone }: AmountsProps) {
  const { currency, due_now: due, next_invoice: next } = seen;
  const isNow = seen.begins === 'now';
  return (
    <>
      <p className="text-pretty">{consequence(seen, { name, zone })}</p>
      <div className="mt-4 flex flex-col gap-4">
        {isNow && (
          <InvoicePreview title={t('Due now')} invoice={due} currency={currency} zone={zone} />
        )}
        {next !== null && (
          <InvoicePreview
            title={t('Next invoice, {date}', { date: formatInZone(next.at, zone) })}
            invoice={next}
            currency={currency}
            zone={zone}
          />
        )}
      </div>
      <p className="mt-3 text-[0.8125rem] text-ink-soft">
        {t('Flat fees, as of {date}. Usage comes with the next invoice whatever you do.', {
          date: formatInZone(isNow ? seen.at : due.at, zone),
        })}
      </p>
    </>
  );
}

interface Said {
  name: string;
  zone: string;
}

function consequence(seen: OwnPreview, { name, zone }: Said): string {
  if (seen.begins === 'now') {
    return t('Your limits and prices become those of {name} at once. Used units carry over.', {
      name,
    });
  }
  const values = { date: formatInZone(seen.at, zone), name };
  const back = t('You can take it back until then.');
  return `${t('You keep what you have until {date}, then {name} begins.', values)} ${back}`;
}

function action(seen: OwnPreview, { name, zone }: Said): string {
  if (seen.begins === 'later') {
    return t('Change on {date}', { date: formatInZone(seen.at, zone) });
  }
  const { due } = seen.due_now;
  if (BigInt(due) <= 0n) return t('Change to {name} now', { name });
  return t('Change now for {amount}', { amount: formatMoney(due, seen.currency) });
}
