import { useState } from 'react';
import type { CreatedKey, Key as ApiKey } from '@tollgate/billing-core/contract/key.ts';
import { api } from '../api.ts';
import { Button } from '../button.tsx';
import { Dialog, DialogActions } from '../dialog.tsx';
import { SelectField } from '../field.tsx';
import { Form, useApiForm } from '../form.tsx';
import { t } from '../text.ts';
import { keyMask } from './key-table.tsx';
import { SecretDialog } from './secret-once.tsx';

const GRACES = [
  { value: '86400', label: t('A day') },
  { value: '3600', label: t('An hour') },
  { value: '604800', label: t('7 days') },
  { value: '2592000', label: t('30 days') },
  { value: '0', label: t('None: it is revoked at once') },
];

interface RotateKeyProps {
  apiKey: ApiKey | undefined;
  path: (keyId: string) => string;
  onClose: () => void;
  onRotated: () => void;
}

/** Makes a key anew beside the one of before, which ends after a grace; then shows its secret. */
export function RotateKeyDialog({ apiKey, path, onClose, onRotated }: RotateKeyProps) {
  const [made, setMade] = useState<CreatedKey>();
  function leave(): void {
    setMade(undefined);
    onClose();
  }
  if (made !== undefined) {
    return (
      <SecretDialog
        secret={made.secret}
        title={t('Copy the new key now')}
        about={t('Put it where the old one is, before that ends. It is shown only this once.')}
        onLeave={leave}
      />
    );
  }
  return (
    <Dialog
      open={apiKey !== undefined}
      onClose={onClose}
      title={t('Make “{name}” anew?', { name: apiKey?.name ?? '' })}
      about={
        apiKey && (
          <>
            {t('A new key with the same limits. The old one,')}{' '}
            <code className="font-mono text-xs">{keyMask(apiKey)}</code>
            {t(', goes on beside it for so long, and then every request with it is refused.')}
          </>
        )
      }
    >
      {apiKey && (
        <RotateForm
          path={path(apiKey.id)}
          onCancel={onClose}
          onRotated={(key) => {
            setMade(key);
            onRotated();
          }}
        />
      )}
    </Dialog>
  );
}

interface FormProps {
  path: string;
  onCancel: () => void;
  onRotated: (key: CreatedKey) => void;
}

function RotateForm({ path, onCancel, onRotated }: FormProps) {
  const rotate = useApiForm({
    defaults: { grace_s: '86400' },
    submit: async ({ grace_s }, idempotencyKey) => {
      const body = { grace_s: Number(grace_s) };
      onRotated(await api<CreatedKey>(path, { method: 'POST', body, idempotencyKey }));
    },
  });
  const { form } = rotate;
  return (
    <Form api={rotate} label={t('Make the key anew')}>
      <SelectField form={form} name="grace_s" label={t('Grace for the old key')} options={GRACES} />
      <DialogActions>
        <Button onClick={onCancel}>{t('Cancel')}</Button>
        <Button type="submit" tone="primary" busy={form.formState.isSubmitting}>
          {t('Make the new key')}
        </Button>
      </DialogActions>
    </Form>
  );
}
