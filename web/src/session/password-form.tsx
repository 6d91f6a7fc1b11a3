import { Button } from '../kit/button.tsx';
import { DialogActions } from '../kit/dialog.tsx';
import { TextField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { t } from '../kit/text.ts';

interface PasswordFormProps {
  label: string;
  action: string;
  danger?: boolean;
  onCancel: () => void;
  submit: (body: { password: string }) => Promise<void>;
}

/** Asks who is signed in for their password, before what a thief of a session would do. */
export function PasswordForm({ label, action, danger, onCancel, submit }: PasswordFormProps) {
  const ask = useApiForm({ defaults: { password: '' }, submit });
  return (
    <Form api={ask} label={label}>
      <TextField
        form={ask.form}
        name="password"
        label={t('Your password')}
        type="password"
        autoComplete="current-password"
        required={t('Enter your password')}
      />
      <DialogActions>
        <Button onClick={onCancel}>{t('Cancel')}</Button>
        <Button
          type="submit"
          tone={danger === true ? 'danger' : 'primary'}
          busy={ask.form.formState.isSubmitting}
        >
          {action}
        </Button>
      </DialogActions>
    </Form>
  );
}
