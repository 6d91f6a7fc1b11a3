import { useWatch, type UseFormReturn } from 'react-hook-form';
import { CheckboxField, SelectField, TextField } from '../kit/field.tsx';
import { FoldCard } from '../kit/fold-card.tsx';
import { t } from '../kit/text.ts';
import type { RouteValues } from './route-values.ts';
import { countFault } from './values.ts';

interface FormOf {
  form: UseFormReturn<RouteValues>;
}

const NAMES = [
  { value: 'customer', label: t('A customer, by its external id') },
  { value: 'key', label: t('A key, by its id') },
];

/** Tokens of another issuer, which a route takes beside keys. */
export function TokenFields({ form }: FormOf) {
  const jwt = useWatch({ control: form.control, name: 'jwt' });
  return (
    <FoldCard
      title={t('Tokens (JWT)')}
      about={jwt.on ? jwt.issuer : t('Keys only.')}
      open={jwt.on}
      faulty={Boolean(form.formState.errors.jwt)}
    >
      <div className="flex flex-col gap-4">
        <CheckboxField
          form={form}
          name="jwt.on"
          label={t('Take tokens of another issuer')}
          hint={t('As bearer token. Whom it names is metered, limited and billed.')}
        />
        {jwt.on && <RuleFields form={form} />}
      </div>
    </FoldCard>
  );
}

function RuleFields({ form }: FormOf) {
  return (
    <div className="grid items-start gap-4 sm:grid-cols-2">
      <TextField
        form={form}
        name="jwt.issuer"
        label={t('Issuer')}
        placeholder="https://id.example.com/"
        hint={t('As the claim iss has it, to the character.')}
        required={t('Enter an issuer')}
      />
      <TextField
        form={form}
        name="jwt.audience"
        label={t('Audience')}
        placeholder="https://api.example.com"
        hint={t('By commas; the claim aud has one of these.')}
        required={t('Enter an audience')}
      />
      <TextField
        form={form}
        name="jwt.jwks_url"
        label={t('URL of its keys (JWKS)')}
        placeholder="https://id.example.com/keys"
        hint={t('Empty: found by OpenID discovery.')}
      />
      <TextField
        form={form}
        name="jwt.algorithms"
        label={t('Algorithms')}
        hint={t('By commas; any other one is refused.')}
        required={t('Enter an algorithm')}
      />
      <TextField
        form={form}
        name="jwt.claim"
        label={t('Claim that names the holder')}
        required={t('Enter a claim')}
      />
      <SelectField form={form} name="jwt.names" label={t('It names')} options={NAMES} />
      <TextField
        form={form}
        name="jwt.clock_tolerance_s"
        label={t('Clock tolerance, s')}
        inputMode="numeric"
        required={t('Enter seconds')}
        check={countFault}
      />
      <CheckboxField
        form={form}
        name="jwt.forward"
        label={t('Hand the token on')}
        hint={t('Else the upstream does not see it.')}
      />
    </div>
  );
}
