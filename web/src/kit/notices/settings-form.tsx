import { useWatch } from 'react-hook-form';
import type { NoticeKind, NoticeSettings } from '@tollgate/billing-core/contract/notice.ts';
import { Button } from '../button.tsx';
import { CheckboxField, SelectField, TextAreaField } from '../field.tsx';
import { Form, useApiForm } from '../form.tsx';
import { t } from '../text.ts';
import { KIND_WORDS, KINDS } from './kinds.ts';

type To = 'people' | 'addresses' | 'nobody';
type Values = { to: To; addresses: string } & Record<NoticeKind, boolean>;

function valuesOf({ addresses, mailed }: NoticeSettings): Values {
  const to = addresses === null ? 'people' : addresses.length === 0 ? 'nobody' : 'addresses';
  const flags = KINDS.map((kind) => [kind, mailed.includes(kind)]);
  return { to, addresses: (addresses ?? []).join('\n'), ...Object.fromEntries(flags) };
}

function settingsOf(values: Values): NoticeSettings {
  const lines = values.addresses.split(/[\s,;]+/).filter((line) => line !== '');
  const addresses = { people: null, nobody: [], addresses: lines }[values.to];
  return { addresses, mailed: KINDS.filter((kind) => values[kind]) };
}

interface NoticeSettingsFormProps {
  settings: NoticeSettings;
  onSave: (settings: NoticeSettings) => Promise<void>;
}

/** Where a customer's e-mails go, and of what. */
export function NoticeSettingsForm({ settings, onSave }: NoticeSettingsFormProps) {
  const save = useApiForm<Values>({
    defaults: valuesOf(settings),
    rename: (path) => path.replace(/^addresses\..*/, 'addresses'),
    submit: (values) => onSave(settingsOf(values)),
  });
  const to = useWatch({ control: save.form.control, name: 'to' });
  return (
    <Form api={save} label={t('E-mails')}>
      <SelectField
        form={save.form}
        name="to"
        label={t('E-mails go to')}
        options={[
          { value: 'people', label: t('Owners and those who see to bills') },
          { value: 'addresses', label: t('These addresses') },
          { value: 'nobody', label: t('Nobody') },
        ]}
      />
      {to === 'addresses' && (
        <TextAreaField
          form={save.form}
          name="addresses"
          label={t('Addresses')}
          hint={t('Up to five, one a line.')}
          required={t('Give an address')}
          rows={3}
          autoComplete="off"
          spellCheck={false}
        />
      )}
      {to !== 'nobody' && (
        <fieldset className="flex flex-col gap-2.5">
          <legend className="mb-2 text-[0.8125rem] font-medium">{t('About')}</legend>
          {KINDS.map((kind) => (
            <CheckboxField key={kind} form={save.form} name={kind} label={KIND_WORDS[kind]} />
          ))}
        </fieldset>
      )}
      <div className="flex justify-end">
        <Button type="submit" tone="primary" busy={save.form.formState.isSubmitting}>
          {t('Save')}
        </Button>
      </div>
    </Form>
  );
}
