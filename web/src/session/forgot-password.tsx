import { useState } from 'react';
import { api } from '../kit/api.ts';
import { Button } from '../kit/button.tsx';
import { TextField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { Link } from '../kit/link.tsx';
import { paths } from '../kit/paths.ts';
import { t } from '../kit/text.ts';
import { Front, FRONT_LINK } from './front.tsx';

export function ForgotPasswordPage() {
  const [sentTo, setSentTo] = useState<string>();
  const request = useApiForm({
    defaults: { email: '' },
    submit: async ({ email }) => {
      const redirectTo = new URL(paths.resetPassword, location.origin).href;
      await api('/auth/request-password-reset', {
        method: 'POST',
        body: { email, redirectTo },
        anonymous: true,
      });
      setSentTo(email);
    },
  });
  const back = (
    <Link href={paths.signIn()} className={FRONT_LINK}>
      {t('Back to sign-in')}
    </Link>
  );
  if (sentTo !== undefined) {
    return (
      <Front title={t('Look into your inbox')} below={back}>
        <p role="status" className="text-ink-soft break-words">
          {t('If {email} has an account, a link to choose a new password is on its way.', {
            email: sentTo,
          })}
        </p>
      </Front>
    );
  }
  return (
    <Front
      title={t('Forgot your password?')}
      about={t('We send you a link to choose a new one.')}
      below={back}
    >
      <Form api={request} label={t('Forgot your password?')}>
        <TextField
          form={request.form}
          name="email"
          label={t('E-mail')}
          type="email"
          autoComplete="username"
          required={t('Enter your e-mail address')}
        />
        <Button type="submit" tone="primary" busy={request.form.formState.isSubmitting}>
          {t('Send the link')}
        </Button>
      </Form>
    </Front>
  );
}
