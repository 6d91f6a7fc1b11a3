import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../kit/api.ts';
import { ApiError } from '../kit/api-error.ts';
import { Button } from '../kit/button.tsx';
import { TextField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { Link, useGo, useUrlState } from '../kit/link.tsx';
import { paths, safeReturnTo } from '../kit/paths.ts';
import { settingsQuery } from '../kit/brand.ts';
import { t } from '../kit/text.ts';
import { Front, FRONT_LINK } from './front.tsx';
import { SecondFactor } from './second-factor.tsx';

export function SignInPage() {
  const [search] = useUrlState();
  const settings = useQuery(settingsQuery).data;
  const queries = useQueryClient();
  const go = useGo();
  const [asksCode, setAsksCode] = useState(false);
  function enter(): void {
    queries.clear();
    go(safeReturnTo(search['return_to']) ?? paths.home, { replace: true });
  }
  const attempt = useApiForm({
    defaults: { email: search['email'] ?? '', password: '' },
    submit: async (values) => {
      if (await signIn(values)) setAsksCode(true);
      else enter();
    },
  });
  if (asksCode) return <SecondFactor onDone={enter} onBack={() => setAsksCode(false)} />;
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

/**
 * A wrong password says so in plain words, whichever way the server phrases it.
 * @returns whether a code is asked for before anybody is signed in.
 */
async function signIn(values: { email: string; password: string }): Promise<boolean> {
  try {
    const call = { method: 'POST', body: values, anonymous: true } as const;
    const answer = await api<{ second_factor?: string }>('/auth/sign-in/email', call);
    return answer.second_factor !== undefined;
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
