import { createSecureContext, type SecureContext } from 'node:tls';
import { hash, X509Certificate } from 'node:crypto';
import { certificatesIn, type TlsFact } from '@tollgate/billing-core/contract/upstream-tls.ts';

const digests = new WeakMap<TlsFact, string>();

/** The same text for the same certificates and names: those who connect alike share a pool. */
export function tlsName(tls: TlsFact | undefined): string {
  if (!tls) return '';
  let digest = digests.get(tls);
  if (digest === undefined) {
    const { ca, certificate, key, server_name } = tls;
    digest = hash('sha256', JSON.stringify([ca, certificate, key, server_name]));
    digests.set(tls, digest);
  }
  return digest;
}

/** Read once a pool: OpenSSL would read the texts again for each connection. Throws on bad ones. */
export const contextOf = ({ ca, certificate, key }: TlsFact): SecureContext =>
  createSecureContext({
    ...(ca !== undefined && { ca }),
    ...(certificate !== undefined && { cert: certificate }),
    ...(key !== undefined && { key }),
  });

/** When the first of its certificates expires, ms since the epoch; Infinity where it has none. */
export function expiryOf({ ca = '', certificate = '' }: TlsFact): number {
  const ends = certificatesIn(ca + certificate).map(endOf);
  return Math.min(...ends.filter((end) => end !== undefined));
}

/** Undefined for what nobody can read: billing-core takes no such certificate. */
function endOf(pem: string): number | undefined {
  try {
    return new X509Certificate(pem).validToDate.getTime();
  } catch {
    return undefined;
  }
}

// What OpenSSL says of a certificate that it does not believe, and of one that is refused.
const CODES = new Set([
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_DECRYPT_CERT_SIGNATURE',
  'UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY',
  'CERT_SIGNATURE_FAILURE',
  'CERT_NOT_YET_VALID',
  'CERT_HAS_EXPIRED',
  'ERROR_IN_CERT_NOT_BEFORE_FIELD',
  'ERROR_IN_CERT_NOT_AFTER_FIELD',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'CERT_CHAIN_TOO_LONG',
  'CERT_REVOKED',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'HOSTNAME_MISMATCH',
  'EPROTO',
]);
const TLS_CODE = /^ERR_(?:TLS|SSL|OSSL)_/;
// Told by no code of its own: the other side hung up in the middle of it.
const CUT_OFF = 'before secure TLS connection was established';

const codeOf = (error: Error): string =>
  'code' in error && typeof error.code === 'string' ? error.code : '';

/** Why TLS with an upstream failed: a short name, of which there are few, and the whole of it. */
export type TlsFault = { readonly code: string; readonly reason: string };

/** Why two ends did not come to trust each other; undefined for any other failure. */
export function tlsFault(error: Error): TlsFault | undefined {
  const code = codeOf(error);
  if (error.message.includes(CUT_OFF))
    return { code: 'CUT_OFF', reason: `${code}: ${error.message}` };
  const isFault = CODES.has(code) || TLS_CODE.test(code);
  return isFault ? { code, reason: `${code}: ${error.message}` } : undefined;
}

const CLOSED = new Set(['UPSTREAM_CLOSED', 'ECONNRESET', 'EPIPE']);

/**
 * What may be the reason where a connection was made and then closed without an answer: in TLS 1.3
 * a client is refused behind the handshake, and not every server says so.
 */
export function suspicion(error: Error): TlsFault | undefined {
  const code = codeOf(error);
  if (!CLOSED.has(code)) return undefined;
  const why = 'closed without an answer; the certificate, or the lack of one, may be why';
  return { code, reason: `${code}: ${why}` };
}
