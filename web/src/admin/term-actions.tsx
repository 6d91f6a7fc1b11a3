import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../kit/api.ts';
import { Badge } from '../kit/badge.tsx';
import { Button } from '../kit/button.tsx';
import { ConfirmDialog, Dialog, DialogActions } from '../kit/dialog.tsx';
import { TextField } from '../kit/field.tsx';
import { Form, useApiForm } from '../kit/form.tsx';
import { t } from '../kit/text.ts';
import { toast } from '../kit/toast.tsx';

/** A coupon or a tax rate, as far as both are the same. */
interface Term {
  id: string;
  name: string;
  state: 'active' | 'archived';
}

export function TermState({ state }: { state: Term['state'] }) {
  return state === 'active' ? (
    <Badge tone="ok">{t('Active')}</Badge>
  ) : (
    <Badge>{t('Archived')}</Badge>
  );
}

interface TermActionsProps {
  term: Term;
  /** Of the API, without the id: '/v1/coupons'. */
  path: string;
}

/** What can still be done with one: rename it, or give it to nobody any more. */
export function TermActions({ term, path }: TermActionsProps) {
  const [asked, setAsked] = useState<'rename' | 'archive'>();
  const queries = useQueryClient();
  const close = (): void => setAsked(undefined);
  const reload = () => queries.invalidateQueries({ queryKey: ['admin'] });
  async function archive(): Promise<void> {
    await api(`${path}/${term.id}/archive`, { method: 'POST' });
    await reload();
    toast.done(t('Archived'), { description: term.name });
  }
  return (
    <span className="inline-flex flex-wrap justify-end gap-2">
      <Button
        size="sm"
        onClick={() => setAsked('rename')}
        aria-label={t('Rename {name}', { name: term.name })}
      >
        {t('Rename…')}
      </Button>
      {term.state === 'active' && (
        <Button
          size="sm"
          onClick={() => setAsked('archive')}
          aria-label={t('Archive {name}', { name: term.name })}
        >
          {t('Archive…')}
        </Button>
      )}
      <Dialog
        open={asked === 'rename'}
        onClose={close}
        title={t('Rename “{name}”', { name: term.name })}
        about={t('Invoices that were sent keep the name that they have.')}
      >
        <RenameForm term={term} path={path} onClose={close} onDone={reload} />
      </Dialog>
      <ConfirmDialog
        open={asked === 'archive'}
        onClose={close}
        onConfirm={archive}
        title={t('Archive “{name}”?', { name: term.name })}
        confirmLabel={t('Archive')}
        consequence={t('No customer gets it any more; who has it keeps it. It cannot be undone.')}
      />
    </span>
  );
}

interface RenameProps extends TermActionsProps {
  onClose: () => void;
  onDone: () => Promise<void>;
}

function RenameForm({ term, path, onClose, onDone }: RenameProps) {
  const rename = useApiForm({
    defaults: { name: term.name },
    submit: async (body) => {
      await api(`${path}/${term.id}`, { method: 'PATCH', body });
      await onDone();
      onClose();
    },
  });
  return (
    <Form api={rename} label={t('Rename')}>
      <TextField form={rename.form} name="name" label={t('Name')} required={t('Enter a name')} />
      <DialogActions>
        <Button onClick={onClose}>{t('Cancel')}</Button>
        <Button type="submit" tone="primary" busy={rename.form.formState.isSubmitting}>
          {t('Rename')}
        </Button>
      </DialogActions>
    </Form>
  );
}
