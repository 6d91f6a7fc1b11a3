import { useWatch, type UseFormReturn } from 'react-hook-form';
import { CheckboxField, TextField } from '../kit/field.tsx';
import { FoldCard } from '../kit/fold-card.tsx';
import { t } from '../kit/text.ts';
import type { RouteValues } from './route-values.ts';
import { countFault, headerFault } from './values.ts';

interface FormOf {
  form: UseFormReturn<RouteValues>;
}

/** Whether the route is open just now, from where, and to which keys. */
export function AccessFields({ form }: FormOf) {
  const [place, scopes, features, allow, deny, maintenance] = useWatch({
    control: form.control,
    name: [
      'key_location',
      'required_scopes',
      'required_features',
      'ip_allow',
      'ip_deny',
      'maintenance',
    ],
  });
  const { errors } = form.formState;
  const usual = place.header === 'x-api-key' && place.bearer && place.query === '';
  const said = [
    maintenance.on && t('down for maintenance'),
    scopes !== '' && t('scopes required'),
    features !== '' && t('features required'),
    allow + deny !== '' && t('addresses restricted'),
    !usual && t('another place of the key'),
  ].filter((word) => word !== false);
  return (
    <FoldCard
      title={t('Access')}
      about={said.length === 0 ? t('Every key, from everywhere.') : said.join(', ')}
      open={said.length > 0}
      faulty={Boolean(
        errors.key_location ??
        errors.required_scopes ??
        errors.required_features ??
        errors.ip_allow ??
        errors.ip_deny ??
        errors.maintenance,
      )}
    >
      <div className="flex flex-col gap-5">
        <MaintenanceFields form={form} on={maintenance.on} />
        <div className="grid items-start gap-4 sm:grid-cols-2 lg:grid-cols-4">
          <TextField
            form={form}
            name="required_scopes"
            label={t('Required scopes')}
            placeholder="orders:read"
            hint={t('A key must have all of them.')}
          />
          <TextField
            form={form}
            name="required_features"
            label={t('Required features')}
            placeholder="export"
            hint={t('The customer’s plan, or an add-on, must have all of them.')}
          />
          <TextField
            form={form}
            name="ip_allow"
            label={t('Only from')}
            placeholder="203.0.113.0/24"
            hint={t('Addresses and CIDR ranges; empty: from everywhere.')}
          />
          <TextField form={form} name="ip_deny" label={t('Never from')} />
        </div>
        <KeyPlaceFields form={form} />
      </div>
    </FoldCard>
  );
}

/** Where a request may carry its key. */
function KeyPlaceFields({ form }: FormOf) {
  return (
    <div className="grid items-start gap-4 sm:grid-cols-2 lg:grid-cols-3">
      <TextField
        form={form}
        name="key_location.header"
        label={t('Key in the header')}
        hint={t('Empty: in none.')}
        check={headerFault}
      />
      <TextField
        form={form}
        name="key_location.query"
        label={t('Key in the query parameter')}
        hint={t('Queries end up in logs: better in none.')}
      />
      <CheckboxField
        form={form}
        name="key_location.bearer"
        label={t('Key as bearer token')}
        hint={t('Authorization: Bearer …')}
      />
    </div>
  );
}

function MaintenanceFields({ form, on }: FormOf & { on: boolean }) {
  return (
    <div className="flex flex-col gap-3">
      <CheckboxField
        form={form}
        name="maintenance.on"
        label={t('Maintenance')}
        hint={t('Every request is answered 503; nothing is forwarded or counted.')}
      />
      {on && (
        <div className="grid items-start gap-4 sm:grid-cols-2">
          <TextField
            form={form}
            name="maintenance.retry_after_s"
            label={t('Come again after, s')}
            inputMode="numeric"
            required={t('Enter seconds')}
            check={countFault}
          />
          <TextField
            form={form}
            name="maintenance.message"
            label={t('Told to clients')}
            placeholder={t('Back at noon UTC')}
          />
        </div>
      )}
    </div>
  );
}

/** Which scripts of other origins may use the route in a browser. */
export function CorsFields({ form }: FormOf) {
  const cors = useWatch({ control: form.control, name: 'cors' });
  return (
    <FoldCard
      title={t('Browsers (CORS)')}
      about={cors.on ? cors.origins : t('What the upstream says of origins passes as it is.')}
      open={cors.on}
      faulty={Boolean(form.formState.errors.cors)}
    >
      <div className="flex flex-col gap-4">
        <CheckboxField
          form={form}
          name="cors.on"
          label={t('Answer browsers here')}
          hint={t('Preflights are answered without a key, and cost nothing.')}
        />
        {cors.on && (
          <div className="grid items-start gap-4 sm:grid-cols-2 lg:grid-cols-3">
            <TextField
              form={form}
              name="cors.origins"
              label={t('Origins')}
              placeholder="https://app.example.com"
              hint={t('By commas; https://*.example.com; * is every one.')}
              required={t('Enter an origin, or *')}
            />
            <TextField
              form={form}
              name="cors.headers"
              label={t('Headers they may send')}
              hint={t('* is every one.')}
            />
            <TextField form={form} name="cors.expose" label={t('Headers they may read')} />
            <TextField
              form={form}
              name="cors.max_age_s"
              label={t('Remembered for, s')}
              inputMode="numeric"
              required={t('Enter seconds')}
              check={countFault}
            />
            <CheckboxField form={form} name="cors.credentials" label={t('With cookies')} />
          </div>
        )}
      </div>
    </FoldCard>
  );
}
