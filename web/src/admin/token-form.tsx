import type { Scope } from '@tollgate/billing-core/contract/admin-token.ts';
import { api } from '../kit/api.ts';
import { Button } from '../kit/button.tsx';
import { isoFromNow } from '../kit/clock.ts';
import { DialogActions } from '../kit/dialog.tsx';
import { SelectField, TextField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { t } from '../kit/text.ts';

const DAY_MS = 86_400_000;

const MAY: readonly { value: Scope; label: string }[] = [
  { value: 'read', label: t('Read everything') },
  { value: 'admin', label: t('Read and change everything') },
  { value: 'sync', label: t('Be a gateway, and nothing else') },
];

const LIFETIMES = [
  { value: '90', label: t('In 90 days') },
  { value: '30', label: t('In 30 days') },
  { value: '365', label: t('In 1 year') },
  { value: '', label: t('Never') },
];

interface TokenFormProps {
  path: string;
  onCancel: () => void;
  onCreated: (token: string) => Promise<void>;
}

/** What the token is for, what it may and for how long. */
export function TokenForm({ path, onCancel, onCreated }: TokenFormProps) {
  const create = useApiForm({
    defaults: { name: '', scope: 'read', lifetimeDays: '90' },
    rename: (field) =>
      field === 'expires_at' ? 'lifetimeDays' : field.replace(/^scopes.*/, 'scope'),
    submit: async ({ name, scope, lifetimeDays }, idempotencyKey) => {
      const expires_at = isoFromNow(Number(lifetimeDays) * DAY_MS);
      const body = { name, scopes: [scope], ...(lifetimeDays !== '' && { expires_at }) };
      const made = await api<{ token: string }>(path, { method: 'POST', body, idempotencyKey });
      await onCreated(made.token);
    },
  });
  const { form } = create;
  return (
    <Form api={create} label={t('Create a token')}>
      <TextField
        form={form}
        name="name"
        label={t('Name')}
        hint={t('Where it will be used: “Nightly export”, “Gateway in Frankfurt”.')}
        autoComplete="off"
        required={t('Enter a name')}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <SelectField form={form} name="scope" label={t('May')} options={MAY} />
        <SelectField form={form} name="lifetimeDays" label={t('Expires')} options={LIFETIMES} />
      </div>
      <DialogActions>
        <Button onClick={onCancel}>{t('Cancel')}</Button>
        <Button type="submit" tone="primary" busy={form.formState.isSubmitting}>
          {t('Create token')}
        </Button>
      </DialogActions>
    </Form>
  );
}
