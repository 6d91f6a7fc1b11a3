import type { Secret } from '@tollgate/billing-core/contract/secret.ts';
import { api } from '../kit/api.ts';
import { Button } from '../kit/button.tsx';
import { Dialog, DialogActions } from '../kit/dialog.tsx';
import { TextAreaField, TextField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { t } from '../kit/text.ts';
import { toast } from '../kit/toast.tsx';

interface SecretDialogProps {
  open: boolean;
  /** Whose text is replaced; without it a secret is made. */
  secret?: Secret | undefined;
  onClose: () => void;
  onDone: () => Promise<void>;
}

const secretFault = (value: string): string | undefined =>
  /^[a-z][a-z0-9_-]{0,62}$/.test(value)
    ? undefined
    : t('Begin with a small letter; then letters, digits, - and _');

/** Takes the text of a secret. What is typed here is not shown again, to anybody. */
export function SecretDialog(props: SecretDialogProps) {
  const { open, secret, onClose } = props;
  return (
    <Dialog
      open={open}
      onClose={onClose}
      closesOutside={false}
      title={secret ? t('Replace “{name}”', { name: secret.name }) : t('Create secret')}
      about={
        secret
          ? t('Routes that use it send the new text within a second.')
          : t('Keep the text yourself as well: it is not shown again.')
      }
    >
      {open && <SecretForm {...props} />}
    </Dialog>
  );
}

function SecretForm({ secret, onClose, onDone }: SecretDialogProps) {
  const edit = useApiForm<{ name: string; value: string }>({
    defaults: { name: secret?.name ?? '', value: '' },
    submit: async ({ name, value }, idempotencyKey) => {
      if (secret) await api(`/v1/secrets/${secret.id}`, { method: 'PATCH', body: { value } });
      else {
        const body = { name, value };
        await api('/v1/secrets', { method: 'POST', body, idempotencyKey });
      }
      await onDone();
      toast.done(secret ? t('Secret replaced') : t('Secret created'), { description: name });
      onClose();
    },
  });
  const { form } = edit;
  return (
    <Form api={edit} label={t('Secret')}>
      {!secret && (
        <TextField
          form={form}
          name="name"
          label={t('Name')}
          placeholder="upstream-key"
          hint={t('Routes refer to it by this name.')}
          required={t('Enter a name')}
          check={secretFault}
        />
      )}
      <TextAreaField
        form={form}
        name="value"
        label={t('Text')}
        required={t('Enter the text')}
        rows={3}
        autoComplete="off"
        spellCheck={false}
        className="font-mono"
      />
      <DialogActions>
        <Button onClick={onClose}>{t('Cancel')}</Button>
        <Button type="submit" tone="primary" busy={form.formState.isSubmitting}>
          {secret ? t('Replace secret') : t('Create secret')}
        </Button>
      </DialogActions>
    </Form>
  );
}
