import { useState } from 'react';
import type { TwoFactorBegun } from '@tollgate/billing-core/contract/two-factor.ts';
import { api } from '../kit/api.ts';
import { Button } from '../kit/button.tsx';
import { Snippet } from '../kit/copy.tsx';
import { Dialog, DialogActions } from '../kit/dialog.tsx';
import { TextField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { QrCode } from '../kit/qr-code.tsx';
import { t } from '../kit/text.ts';
import { toast } from '../kit/toast.tsx';
import { PasswordForm } from './password-form.tsx';
import { RecoveryCodeList } from './recovery-codes.tsx';
import { TWO_FACTOR } from './two-factor-path.ts';

interface SetupProps {
  onClose: () => void;
  /** It is on: what the page shows of it is old. */
  onDone: () => void;
}

/** Password, app, code, recovery codes: nothing is asked at sign-in before the code was right. */
export function Setup({ onClose, onDone }: SetupProps) {
  const [begun, setBegun] = useState<TwoFactorBegun>();
  const [isOn, setIsOn] = useState(false);
  return (
    <Dialog
      open
      onClose={onClose}
      closesOutside={false}
      title={isOn ? t('Keep your recovery codes') : t('Turn two-factor authentication on')}
    >
      {begun === undefined && (
        <PasswordForm
          label={t('Turn two-factor authentication on')}
          action={t('Continue')}
          onCancel={onClose}
          submit={async (body) => {
            const path = `${TWO_FACTOR}/begin`;
            setBegun(await api<TwoFactorBegun>(path, { method: 'POST', body }));
          }}
        />
      )}
      {begun !== undefined && !isOn && (
        <Confirm
          uri={begun.totp_uri}
          onClose={onClose}
          onConfirmed={() => {
            setIsOn(true);
            toast.done(t('Two-factor authentication is on'));
            onDone();
          }}
        />
      )}
      {begun !== undefined && isOn && (
        <RecoveryCodeList codes={begun.recovery_codes} onKept={onClose} />
      )}
    </Dialog>
  );
}

interface ConfirmProps {
  uri: string;
  onClose: () => void;
  onConfirmed: () => void;
}

const secretIn = (uri: string): string =>
  new URLSearchParams(uri.slice(uri.indexOf('?'))).get('secret') ?? '';

function Confirm({ uri, onClose, onConfirmed }: ConfirmProps) {
  const confirm = useApiForm({
    defaults: { code: '' },
    submit: async (body) => {
      await api(`${TWO_FACTOR}/confirm`, { method: 'POST', body });
      onConfirmed();
    },
  });
  return (
    <Form api={confirm} label={t('Turn two-factor authentication on')}>
      <p className="text-ink-soft text-pretty">
        {t('Scan this with an authenticator app, or type the key into it.')}
      </p>
      <div className="flex justify-center">
        <QrCode text={uri} label={t('QR code for an authenticator app')} />
      </div>
      <Snippet code={secretIn(uri)} label={t('Copy the key')} />
      <TextField
        form={confirm.form}
        name="code"
        label={t('The code that the app shows')}
        inputMode="numeric"
        autoComplete="one-time-code"
        required={t('Enter the code')}
      />
      <DialogActions>
        <Button onClick={onClose}>{t('Cancel')}</Button>
        <Button type="submit" tone="primary" busy={confirm.form.formState.isSubmitting}>
          {t('Turn on')}
        </Button>
      </DialogActions>
    </Form>
  );
}
