import type { UpstreamTls } from '@tollgate/billing-core/contract/upstream-tls.ts';

/** TLS with one upstream, as the form of its route holds it. */
export interface TlsValues {
  on: boolean;
  ca: string;
  certificate: string;
  key: string;
  server_name: string;
}

/** @returns form values; without a rule those of none. */
export const toTlsValues = (tls?: UpstreamTls): TlsValues => ({
  on: tls !== undefined,
  ca: tls?.ca ?? '',
  certificate: tls?.certificate ?? '',
  key: tls?.key ?? '',
  server_name: tls?.server_name ?? '',
});

const orNull = (text: string): string | null => (text.trim() === '' ? null : text);

/** @returns what the API takes: a field that is left empty is not set. */
export const toTlsBody = ({ on, ca, certificate, key, server_name }: TlsValues) => ({
  ...(on && {
    tls: {
      ca: orNull(ca),
      certificate: orNull(certificate),
      key: orNull(certificate) === null ? null : orNull(key),
      server_name: orNull(server_name.trim()),
    },
  }),
});
