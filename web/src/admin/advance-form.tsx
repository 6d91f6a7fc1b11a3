import { useQueryClient } from '@tanstack/react-query';
import { api } from '../kit/api.ts';
import { Button } from '../kit/button.tsx';
import { DialogActions } from '../kit/dialog.tsx';
import { SelectField, TextField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { formatInstantExact, localInput, localInstant } from '../kit/format.ts';
import { t } from '../kit/text.ts';
import { toast } from '../kit/toast.tsx';
import { useWatch } from 'react-hook-form';

const DAY_MS = 86_400_000;
const CHOSEN = 'until';
const STEPS = [
  { value: '1', label: t('A day') },
  { value: '7', label: t('A week') },
  { value: '31', label: t('31 days') },
  { value: '366', label: t('366 days') },
  { value: CHOSEN, label: t('To a time…') },
];

interface AdvanceFormProps {
  label: string;
  /** The API path of the clock that is moved. */
  path: string;
  /** What it says now. */
  now: string;
  /** What is said once it was moved. */
  said: (time: string) => string;
  onClose: () => void;
}

const later = (iso: string, days: number): string =>
  new Date(Date.parse(iso) + days * DAY_MS).toISOString();

/** Moves a clock forward: of the installation, or of one customer. */
export function AdvanceForm({ label, path, now, said, onClose }: AdvanceFormProps) {
  const queries = useQueryClient();
  const move = useApiForm<{ by: string; to: string }>({
    defaults: { by: '1', to: localInput(now) },
    submit: async ({ by, to }, idempotencyKey) => {
      const until = by === CHOSEN ? (localInstant(to) ?? to) : later(now, Number(by));
      const moved = await api<{ now: string }>(path, {
        method: 'POST',
        body: { to: until },
        idempotencyKey,
      });
      toast.done(said(formatInstantExact(moved.now)));
      // Whatever was read before is of another time.
      await queries.invalidateQueries();
      onClose();
    },
  });
  const by = useWatch({ control: move.form.control, name: 'by' });
  return (
    <Form api={move} label={label}>
      <SelectField form={move.form} name="by" label={t('By')} options={STEPS} />
      {by === CHOSEN && (
        <TextField
          form={move.form}
          name="to"
          label={t('To')}
          type="datetime-local"
          required={t('Enter a time')}
          hint={t('At most 366 days at once.')}
        />
      )}
      <DialogActions>
        <Button onClick={onClose}>{t('Cancel')}</Button>
        <Button type="submit" tone="primary" busy={move.form.formState.isSubmitting}>
          {t('Move forward')}
        </Button>
      </DialogActions>
    </Form>
  );
}
