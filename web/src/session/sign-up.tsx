import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../kit/api.ts';
import { Button } from '../kit/button.tsx';
import { TextField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { Link, useGo } from '../kit/link.tsx';
import { paths } from '../kit/paths.ts';
import { Loaded } from '../kit/query.tsx';
import { FactsSkeleton } from '../kit/skeleton.tsx';
import { settingsQuery } from '../kit/brand.ts';
import { t } from '../kit/text.ts';
import { Front, FRONT_LINK } from './front.tsx';
import { passwordFault } from './password.ts';

export function SignUpPage() {
  const settings = useQuery(settingsQuery);
  const [outside, setOutside] = useState(false);
  if (outside) return <NotSignedIn />;
  return (
    <Front
      title={t('Sign up')}
      below={
        <span>
          {t('Already have an account?')}{' '}
          <Link href={paths.signIn()} className={FRONT_LINK}>
            {t('Sign in')}
          </Link>
        </span>
      }
    >
      <Loaded query={settings} skeleton={<FactsSkeleton facts={2} />}>
        {(known) =>
          known.sign_up === 'open' ? <SignUpForm onOutside={() => setOutside(true)} /> : <Closed />
        }
      </Loaded>
    </Front>
  );
}

function Closed() {
  return (
    <p className="text-ink-soft">
      {t('Accounts are made by the operator of this API. Ask them for an invitation.')}
    </p>
  );
}

/** The server does not tell whether an address was taken, so neither can we. */
function NotSignedIn() {
  return (
    <Front title={t('You are not signed in yet')}>
      <p role="status" className="text-ink-soft text-pretty">
        {t('If this address is new, your account was made. We could not sign you in:')}{' '}
        <Link href={paths.signIn()} className={FRONT_LINK}>
          {t('sign in with your password')}
        </Link>
        {t(', or')}{' '}
        <Link href={paths.forgotPassword} className={FRONT_LINK}>
          {t('reset it')}
        </Link>
        .
      </p>
    </Front>
  );
}

interface SignUpFormProps {
  /** The sign-up was taken, and the sign-in that follows it was not. */
  onOutside: () => void;
}

function SignUpForm({ onOutside }: SignUpFormProps) {
  const queries = useQueryClient();
  const go = useGo();
  const signUp = useApiForm({
    defaults: { name: '', email: '', password: '' },
    submit: async (body) => {
      await api('/auth/sign-up/email', { method: 'POST', body, anonymous: true });
      // That answer is the same for an address that was taken, and signs nobody in.
      const { email, password } = body;
      const credentials = { email, password };
      try {
        await api('/auth/sign-in/email', { method: 'POST', body: credentials, anonymous: true });
      } catch {
        onOutside();
        return;
      }
      queries.clear();
      go(paths.home, { replace: true });
    },
  });
  const { form } = signUp;
  return (
    <Form api={signUp} label={t('Sign up')}>
      <TextField
        form={form}
        name="name"
        label={t('Your name')}
        autoComplete="name"
        required={t('Enter your name')}
      />
      <TextField
        form={form}
        name="email"
        label={t('E-mail')}
        type="email"
        autoComplete="username"
        required={t('Enter your e-mail address')}
      />
      <TextField
        form={form}
        name="password"
        label={t('Password')}
        type="password"
        autoComplete="new-password"
        hint={t('At least 10 characters')}
        required={t('Choose a password')}
        check={passwordFault}
      />
      <Button type="submit" tone="primary" busy={form.formState.isSubmitting}>
        {t('Sign up')}
      </Button>
    </Form>
  );
}
