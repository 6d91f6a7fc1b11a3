import { useEffect } from 'react';
import { api } from '../kit/api.ts';
import { Button } from '../kit/button.tsx';
import { TextField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { t } from '../kit/text.ts';
import { Front, FRONT_LINK } from './front.tsx';

interface SecondFactorProps {
  onDone: () => void;
  /** Begins the sign-in anew. */
  onBack: () => void;
}

/** The code that is asked for after the password. */
export function SecondFactor({ onDone, onBack }: SecondFactorProps) {
  const attempt = useApiForm<{ code: string }>({
    defaults: { code: '' },
    submit: async (body) => {
      await api('/auth/sign-in/second-factor', { method: 'POST', body, anonymous: true });
      onDone();
    },
  });
  const { setFocus } = attempt.form;
  // The step before had the focus, and is gone.
  useEffect(() => setFocus('code'), [setFocus]);
  return (
    <Front
      title={t('Enter your code')}
      about={t('Your authenticator app shows it. A recovery code does as well, once.')}
      below={
        <button type="button" className={FRONT_LINK} onClick={onBack}>
          {t('Back to sign-in')}
        </button>
      }
    >
      <Form api={attempt} label={t('Enter your code')}>
        <TextField
          form={attempt.form}
          name="code"
          label={t('Code')}
          autoComplete="one-time-code"
          autoCapitalize="none"
          spellCheck={false}
          required={t('Enter the code')}
        />
        <Button type="submit" tone="primary" busy={attempt.form.formState.isSubmitting}>
          {t('Sign in')}
        </Button>
      </Form>
    </Front>
  );
}
