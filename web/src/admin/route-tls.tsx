import { useWatch, type UseFormReturn } from 'react-hook-form';
import { CheckboxField, TextAreaField, TextField } from '../kit/field.tsx';
import { FoldCard } from '../kit/fold-card.tsx';
import { t } from '../kit/text.ts';
import type { RouteValues } from './route-values.ts';
import { SecretSelect } from './secret-select.tsx';

interface FormOf {
  form: UseFormReturn<RouteValues>;
}

/** Whom a route believes to be its upstreams, and as whom it comes to them. */
export function TlsFields({ form }: FormOf) {
  const upstreams = useWatch({ control: form.control, name: 'upstreams' });
  const own = upstreams.filter(({ tls }) => tls.on).length;
  return (
    <FoldCard
      title={t('TLS with upstreams')}
      about={own === 0 ? t('Public authorities, no certificate of our own.') : aboutOf(own)}
      open={own > 0}
      faulty={Boolean(form.formState.errors.upstreams)}
    >
      <div className="flex flex-col gap-6">
        {upstreams.map(({ url, tls }, at) => (
          <UpstreamTls key={at} form={form} at={at} url={url} on={tls.on} />
        ))}
      </div>
    </FoldCard>
  );
}

const aboutOf = (count: number): string =>
  count === 1
    ? t('Own settings for one upstream.')
    : t('Own settings for {n} upstreams.', { n: count });

function UpstreamTls({ form, at, url, on }: FormOf & { at: number; url: string; on: boolean }) {
  const shown = url === '' ? t('Upstream {n}', { n: at + 1 }) : url;
  return (
    <div className="flex flex-col gap-4">
      <CheckboxField
        form={form}
        name={`upstreams.${at}.tls.on`}
        label={t('Own authority or certificate for {url}', { url: shown })}
        hint={t('For https; gateways on Node only.')}
      />
      {on && <CertificateFields form={form} at={at} />}
    </div>
  );
}

function CertificateFields({ form, at }: FormOf & { at: number }) {
  const named = useWatch({ control: form.control, name: `upstreams.${at}.tls.certificate` });
  const area = { rows: 4, spellCheck: false, autoComplete: 'off', className: 'font-mono' };
  return (
    <>
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <TextAreaField
          {...area}
          form={form}
          name={`upstreams.${at}.tls.ca`}
          label={t('Authorities (PEM)')}
          placeholder="-----BEGIN CERTIFICATE-----"
          hint={t('Only what these signed is believed. Empty: the public ones.')}
        />
        <TextAreaField
          {...area}
          form={form}
          name={`upstreams.${at}.tls.certificate`}
          label={t('Client certificate (PEM)')}
          placeholder="-----BEGIN CERTIFICATE-----"
          hint={t('The gateway’s own, then those between it and its authority.')}
        />
      </div>
      <div className="grid items-start gap-4 sm:grid-cols-2">
        {named.trim() !== '' && (
          <SecretSelect
            form={form}
            name={`upstreams.${at}.tls.key`}
            label={t('Private key')}
            hint={t('A secret that holds it, in PEM.')}
          />
        )}
        <TextField
          form={form}
          name={`upstreams.${at}.tls.server_name`}
          label={t('Server name')}
          placeholder="api.internal"
          hint={t('Empty: the host of the URL.')}
        />
      </div>
    </>
  );
}
