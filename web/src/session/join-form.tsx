import { useQueryClient } from '@tanstack/react-query';
import type { InvitationAccepted } from '@tollgate/billing-core/contract/invitation.ts';
import { api } from '../kit/api.ts';
import { Button } from '../kit/button.tsx';
import { TextField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { useGo } from '../kit/link.tsx';
import { paths } from '../kit/paths.ts';
import { t } from '../kit/text.ts';
import { passwordFault } from './password.ts';

/** Somebody new accepts: an account, a session, the membership. Each step may be the second try. */
export function JoinForm({ email, token }: { email: string; token: string }) {
  const queries = useQueryClient();
  const go = useGo();
  const join = useApiForm({
    defaults: { name: '', password: '' },
    submit: async ({ name, password }) => {
      const post = <Body,>(path: string, body: object): Promise<Body> =>
        api<Body>(path, { method: 'POST', body, anonymous: true });
      await post('/auth/sign-up/email', { name, email, password, invitation: token });
      await post('/auth/sign-in/email', { email, password });
      const path = '/portal/v1/invitations/accept';
      const { customer_id } = await post<InvitationAccepted>(path, { token });
      queries.clear();
      go(paths.overview(customer_id), { replace: true });
    },
  });
  return (
    <Form api={join} label={t('Create your account')}>
      <input type="hidden" autoComplete="username" value={email} readOnly />
      <TextField
        form={join.form}
        name="name"
        label={t('Your name')}
        autoComplete="name"
        required={t('Enter your name')}
      />
      <TextField
        form={join.form}
        name="password"
        label={t('Password')}
        type="password"
        autoComplete="new-password"
        hint={t('At least 10 characters')}
        required={t('Choose a password')}
        check={passwordFault}
      />
      <Button type="submit" tone="primary" busy={join.form.formState.isSubmitting}>
        {t('Create the account and join')}
      </Button>
    </Form>
  );
}
