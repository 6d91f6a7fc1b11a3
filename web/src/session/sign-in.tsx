import { useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../kit/api.ts';
import { ApiError } from '../kit/api-error.ts';
import { Button } from '../kit/button.tsx';
import { TextField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { Link, useGo, useUrlState } from '../kit/link.tsx';
import { paths, safeReturnTo } from '../kit/paths.ts';
import { t } from '../kit/text.ts';
import { Front, FRONT_LINK } from './front.tsx';
import { settingsQuery } from './me.ts';

export function SignInPage() {
  const [search] = useUrlState();
  const settings = useQuery(settingsQuery).data;
  const queries = useQueryClient();
  const go = useGo();
  const attempt = useApiForm({
    defaults: { email: '', password: '' },
    submit: async (values) => {
      await signIn(values);
      queries.clear();
      go(safeReturnTo(search['return_to']) ?? paths.home, { replace: true });
    },
  });
  return (
    <Front
      title={t('Sign in')}
      below={
        settings?.sign_up === 'open' && (
          <span>
            {t('No account yet?')}{' '}
            <Link href={paths.signUp} className={FRONT_LINK}>
              {t('Sign up')}
            </Link>
          </span>
        )
      }
    >
      <Form api={attempt} label={t('Sign in')}>
        <TextField
          form={attempt.form}
          name="email"
          label={t('E-mail')}
          type="email"
          autoComplete="username"
          required={t('Enter your e-mail address')}
        />
        <TextField
          form={attempt.form}
          name="password"
          label={t('Password')}
          type="password"
          autoComplete="current-password"
          required={t('Enter your password')}
        />
        <Button type="submit" tone="primary" busy={attempt.form.formState.isSubmitting}>
          {t('Sign in')}
        </Button>
        <Link href={paths.forgotPassword} className={`${FRONT_LINK} self-center`}>
          {t('Forgot your password?')}
        </Link>
      </Form>
    </Front>
  );
}

/** A wrong password says so in plain words, whichever way the server phrases it. */
async function signIn(values: { email: string; password: string }): Promise<void> {
  try {
    await api('/auth/sign-in/email', { method: 'POST', body: values, anonymous: true });
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error;
    throw new ApiError({
      status: 401,
      code: error.code,
      title: t('E-mail or password is wrong'),
      requestId: error.requestId,
    });
  }
}
