import { useQuery } from '@tanstack/react-query';
import { api } from '../kit/api.ts';
import type { Page } from '@tollgate/billing-core/contract/page.ts';
import type { User } from '@tollgate/billing-core/contract/user.ts';
import { Button } from '../kit/button.tsx';
import { Dialog, DialogActions } from '../kit/dialog.tsx';
import { SelectField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { Loaded } from '../kit/query.tsx';
import { ROLES } from '../kit/roles.ts';
import { FactsSkeleton } from '../kit/skeleton.tsx';
import { t } from '../kit/text.ts';

interface AddMemberProps {
  open: boolean;
  path: string;
  onClose: () => void;
  onAdded: () => void;
}

/** Gives a user of this installation a role with the customer. */
export function AddMemberDialog(props: AddMemberProps) {
  const users = useQuery({
    queryKey: ['admin', 'choices', '/v1/users'],
    queryFn: ({ signal }) => api<Page<User>>('/v1/users', { query: { limit: 100 }, signal }),
    enabled: props.open,
  });
  return (
    <Dialog open={props.open} onClose={props.onClose} title={t('Add a member')}>
      <Loaded query={users} skeleton={<FactsSkeleton facts={2} />}>
        {(known) => <AddMemberForm {...props} users={known.data} />}
      </Loaded>
    </Dialog>
  );
}

function AddMemberForm({ path, users, onClose, onAdded }: AddMemberProps & { users: User[] }) {
  const add = useApiForm({
    defaults: { user_id: '', role: 'developer' },
    submit: async (body, idempotencyKey) => {
      await api(path, { method: 'POST', body, idempotencyKey });
      onAdded();
      onClose();
    },
  });
  const { form } = add;
  const options = users.map((user) => ({ value: user.id, label: `${user.name} (${user.email})` }));
  return (
    <Form api={add} label={t('Add a member')}>
      <SelectField
        form={form}
        name="user_id"
        label={t('User')}
        required={t('Choose a user')}
        options={[{ value: '', label: t('Choose…') }, ...options]}
      />
      <SelectField form={form} name="role" label={t('Role')} options={ROLES} />
      <DialogActions>
        <Button onClick={onClose}>{t('Cancel')}</Button>
        <Button type="submit" tone="primary" busy={form.formState.isSubmitting}>
          {t('Add member')}
        </Button>
      </DialogActions>
    </Form>
  );
}
