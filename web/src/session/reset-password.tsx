import { useState } from 'react';
import { api } from '../kit/api.ts';
import { ApiError } from '../kit/api-error.ts';
import { Button, ButtonLink } from '../kit/button.tsx';
import { TextField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { useGo, useUrlState } from '../kit/link.tsx';
import { paths } from '../kit/paths.ts';
import { t } from '../kit/text.ts';
import { toast } from '../kit/toast.tsx';
import { Front } from './front.tsx';
import { passwordFault } from './password.ts';

export function ResetPasswordPage() {
  const [search] = useUrlState();
  const [refused, setRefused] = useState<string>();
  const { token } = search;
  if (token === undefined || token === refused || search['error'] !== undefined) {
    return <Expired />;
  }
  return (
    <Front title={t('Choose a new password')}>
      <ResetForm token={token} onRefused={() => setRefused(token)} />
    </Front>
  );
}

function Expired() {
  return (
    <Front
      title={t('This link no longer works')}
      about={t('Links work once, and for a limited time. Ask for a new one.')}
    >
      <ButtonLink tone="primary" href={paths.forgotPassword}>
        {t('Send a new link')}
      </ButtonLink>
    </Front>
  );
}

interface ResetFormProps {
  token: string;
  /** The token is used, expired or unknown: another password does not help. */
  onRefused: () => void;
}

function ResetForm({ token, onRefused }: ResetFormProps) {
  const go = useGo();
  const reset = useApiForm({
    defaults: { newPassword: '' },
    submit: async ({ newPassword }) => {
      const body = { newPassword, token };
      try {
        await api('/auth/reset-password', { method: 'POST', body, anonymous: true });
      } catch (error) {
        if (!isAboutToken(error)) throw error;
        onRefused();
        return;
      }
      toast.done(t('Password changed'), { description: t('Sign in with the new one.') });
      go(paths.signIn(), { replace: true });
    },
  });
  return (
    <Form api={reset} label={t('Choose a new password')}>
      <TextField
        form={reset.form}
        name="newPassword"
        label={t('New password')}
        type="password"
        autoComplete="new-password"
        hint={t('At least 10 characters')}
        required={t('Choose a password')}
        check={passwordFault}
      />
      <Button type="submit" tone="primary" busy={reset.form.formState.isSubmitting}>
        {t('Change the password')}
      </Button>
    </Form>
  );
}

function isAboutToken(error: unknown): boolean {
  return error instanceof ApiError && error.fields.some((fault) => fault.path === 'token');
}
