import { useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../kit/api.ts';
import type { Customer } from '@tollgate/billing-core/contract/customer.ts';
import { Button } from '../kit/button.tsx';
import { TextField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { useGo } from '../kit/link.tsx';
import { paths } from '../kit/paths.ts';
import { Loaded } from '../kit/query.tsx';
import { FactsSkeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';
import { Front, FRONT_LINK } from './front.tsx';
import { meQuery } from './me.ts';
import { useSignOut } from './sign-out.ts';

/**
 * First use: the signed-in person belongs to no customer yet and makes one. Nobody is asked to
 * while it is not known who that is.
 */
export function WelcomePage() {
  const me = useQuery(meQuery);
  const queries = useQueryClient();
  const go = useGo();
  const signOut = useSignOut();
  const create = useApiForm({
    defaults: { name: '' },
    submit: async (body, idempotencyKey) => {
      const made = await api<Customer>('/portal/v1/customers', {
        method: 'POST',
        body,
        idempotencyKey,
      });
      await queries.invalidateQueries({ queryKey: meQuery.queryKey });
      go(paths.overview(made.id), { replace: true });
    },
  });
  return (
    <Front
      title={t('Welcome')}
      about={t('Keys, usage and invoices belong to a customer: your company, or you.')}
      below={
        <>
          {me.data !== undefined && <span className="break-all">{me.data.user.email}</span>}
          <button type="button" className={FRONT_LINK} onClick={() => void signOut()}>
            {t('Sign out')}
          </button>
        </>
      }
    >
      <Loaded query={me} skeleton={<FactsSkeleton facts={1} />}>
        {() => (
          <Form api={create} label={t('Create a customer')}>
            <TextField
              form={create.form}
              name="name"
              label={t('Name of the customer')}
              autoComplete="organization"
              hint={t('It appears on your invoices. You can change it later.')}
              required={t('Enter a name')}
            />
            <Button type="submit" tone="primary" busy={create.form.formState.isSubmitting}>
              {t('Continue')}
            </Button>
          </Form>
        )}
      </Loaded>
    </Front>
  );
}
