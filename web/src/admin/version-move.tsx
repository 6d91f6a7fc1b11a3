import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { Plan, PlanVersion } from '@tollgate/billing-core/contract/plan.ts';
import { Button } from '../kit/button.tsx';
import { Dialog, DialogActions } from '../kit/dialog.tsx';
import { tell } from '../kit/error-panel.tsx';
import { SelectField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { formatNumber } from '../kit/format.ts';
import { Link } from '../kit/link.tsx';
import { paths } from '../kit/paths.ts';
import { t } from '../kit/text.ts';
import { moveAll, type Move, type NotMoved } from './move-all.ts';

const WHEN = [
  { value: 'period_end', label: t('When the period of each ends') },
  { value: 'now', label: t('Now, with what is left of the period given back') },
];

/** @returns the versions that subscriptions of this one can be moved to, the newest first. */
export const movableTo = (plan: Plan, from: PlanVersion): PlanVersion[] =>
  plan.versions
    .filter(({ id, state, currency, customer_id: whose }) => {
      return id !== from.id && state === 'published' && currency === from.currency && !whose;
    })
    .toSorted((one, other) => other.number - one.number);

interface MoveProps {
  plan: Plan;
  from: PlanVersion;
  open: boolean;
  onClose: () => void;
}

/** Moves everybody on a version to another one; who is not moved stays as they are. */
export function MoveDialog({ plan, from, open, onClose }: MoveProps) {
  const queries = useQueryClient();
  const { moving, start, stop } = useMoving();
  function close(): void {
    stop();
    void queries.invalidateQueries({ queryKey: ['admin'] });
    onClose();
  }
  return (
    <Dialog
      open={open}
      onClose={close}
      closesOutside={moving === undefined}
      title={t('Move everybody on version {number}', { number: from.number })}
      about={t(
        'One subscription after the other, each with its own entry in the audit log. Prices and ' +
          'limits of the new version hold from then on; customers on own terms are not moved.',
      )}
    >
      {open &&
        (moving === undefined ? (
          <MoveForm plan={plan} from={from} onCancel={close} onMove={start} />
        ) : (
          <Progress moving={moving} onClose={close} />
        ))}
    </Dialog>
  );
}

interface FormProps extends Pick<MoveProps, 'plan' | 'from'> {
  onCancel: () => void;
  onMove: (move: Move) => void;
}

function MoveForm({ plan, from, onCancel, onMove }: FormProps) {
  const options = movableTo(plan, from).map(({ id, number }) => {
    return { value: id, label: t('Version {number}', { number }) };
  });
  const move = useApiForm({
    defaults: { to: options[0]?.value ?? '', at: 'period_end' },
    submit: async ({ to, at }) => onMove({ from: from.id, to, at: at as Move['at'] }),
  });
  const { form } = move;
  return (
    <Form api={move} label={t('Move subscriptions')}>
      <SelectField form={form} name="to" label={t('To')} options={options} />
      <SelectField form={form} name="at" label={t('When')} options={WHEN} />
      <DialogActions>
        <Button onClick={onCancel}>{t('Cancel')}</Button>
        <Button type="submit" tone="primary">
          {t('Move them')}
        </Button>
      </DialogActions>
    </Form>
  );
}

interface Moving {
  moved: number;
  left: readonly NotMoved[];
  ended: 'done' | { error: unknown } | undefined;
}

/** One move at a time; it stops with the page. */
function useMoving() {
  const [moving, setMoving] = useState<Moving>();
  const stopping = useRef<AbortController>(undefined);
  useEffect(() => () => stopping.current?.abort(), []);
  function start(move: Move): void {
    const own = new AbortController();
    stopping.current = own;
    const merge = (change: (was: Moving) => Partial<Moving>): void =>
      setMoving((was) => was && { ...was, ...change(was) });
    setMoving({ moved: 0, left: [], ended: undefined });
    moveAll(move, {
      signal: own.signal,
      onMoved: () => merge(({ moved }) => ({ moved: moved + 1 })),
      onNotMoved: (one) => merge(({ left }) => ({ left: [...left, one] })),
    })
      .then(() => merge(() => ({ ended: 'done' })))
      .catch((error: unknown) => !own.signal.aborted && merge(() => ({ ended: { error } })));
  }
  function stop(): void {
    stopping.current?.abort();
    setMoving(undefined);
  }
  return { moving, start, stop };
}

function Progress({ moving, onClose }: { moving: Moving; onClose: () => void }) {
  const { moved, left, ended } = moving;
  return (
    <>
      <p role="status">
        {ended === undefined ? t('Moving…') : ended === 'done' ? t('Done.') : t('It stopped.')}{' '}
        {t('{count} moved.', { count: formatNumber(moved) })}
      </p>
      {ended !== undefined && ended !== 'done' && (
        <p role="alert" className="mt-2 text-danger">
          {tell(ended.error).title}. {t('Begin again: who was moved is passed over.')}
        </p>
      )}
      {left.length > 0 && (
        <section aria-label={t('Not moved')} className="mt-4">
          <h3 className="text-[0.8125rem] font-semibold">{t('Not moved')}</h3>
          <ul className="mt-1 flex flex-col gap-1 text-[0.8125rem]">
            {left.map(({ subscription: one, error }) => (
              <li key={one.id} className="wrap-anywhere">
                <Link
                  href={paths.adminCustomer(one.customer_id, { tab: 'subscription' })}
                  className="text-accent underline"
                >
                  {one.customer_name}
                </Link>{' '}
                <span className="text-ink-soft">{tell(error).detail ?? tell(error).title}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <DialogActions>
        <Button onClick={onClose}>{ended === undefined ? t('Stop') : t('Close')}</Button>
      </DialogActions>
    </>
  );
}
