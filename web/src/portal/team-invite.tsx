import { useWatch } from 'react-hook-form';
import type { MemberRole } from '@tollgate/billing-core/contract/customer.ts';
import { api } from '../kit/api.ts';
import { Button } from '../kit/button.tsx';
import { Dialog, DialogActions } from '../kit/dialog.tsx';
import { SelectField, TextField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { ROLES } from '../kit/roles.ts';
import { t } from '../kit/text.ts';
import { toast } from '../kit/toast.tsx';

interface InviteProps {
  open: boolean;
  path: string;
  onClose: () => void;
  onInvited: () => void;
}

/** Asks somebody by e-mail to become a member. */
export function InviteDialog(props: InviteProps) {
  return (
    <Dialog
      open={props.open}
      onClose={props.onClose}
      title={t('Invite somebody')}
      about={t('They get an e-mail with a link, which works once and for seven days.')}
    >
      <InviteForm {...props} />
    </Dialog>
  );
}

const DEFAULT: MemberRole = 'developer';

function InviteForm({ path, onClose, onInvited }: InviteProps) {
  const invite = useApiForm<{ email: string; role: MemberRole }>({
    defaults: { email: '', role: DEFAULT },
    submit: async (body, idempotencyKey) => {
      await api(path, { method: 'POST', body, idempotencyKey });
      toast.done(t('Invited'), { description: body.email });
      onInvited();
      onClose();
    },
  });
  const { form } = invite;
  const role = useWatch({ control: form.control, name: 'role' });
  return (
    <Form api={invite} label={t('Invite somebody')}>
      <TextField
        form={form}
        name="email"
        label={t('E-mail')}
        type="email"
        autoComplete="off"
        required={t('Enter an e-mail address')}
      />
      <SelectField
        form={form}
        name="role"
        label={t('Role')}
        options={ROLES}
        hint={ROLES.find(({ value }) => value === role)?.may}
      />
      <DialogActions>
        <Button onClick={onClose}>{t('Cancel')}</Button>
        <Button type="submit" tone="primary" busy={form.formState.isSubmitting}>
          {t('Send the invitation')}
        </Button>
      </DialogActions>
    </Form>
  );
}
