import { api } from '../kit/api.ts';
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
  const { token } = search;
  if (token === undefined || search['error'] !== undefined) return <Expired />;
  return (
    <Front title={t('Choose a new password')}>
      <ResetForm token={token} />
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

function ResetForm({ token }: { token: string }) {
  const go = useGo();
  const reset = useApiForm({
    defaults: { newPassword: '' },
    submit: async ({ newPassword }) => {
      await api('/auth/reset-password', {
        method: 'POST',
        body: { newPassword, token },
        anonymous: true,
      });
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
