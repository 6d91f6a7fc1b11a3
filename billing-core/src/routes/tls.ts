import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { certificatesIn, type UpstreamTls } from '../contract/upstream-tls.ts';
import type { FieldError } from '../kit/fault.ts';
import type { RouteDefinition } from './model.ts';

type Upstreams = Pick<RouteDefinition, 'upstreams'>;
type Place = { path: string; pem: string };

/** Certificates that are not in the text are read by nobody: those that are, or undefined. */
function read(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

function certificateFlaw(pem: string, now: number): string | undefined {
  const certificate = read(pem);
  if (!certificate) return 'cannot be read';
  if (certificate.validToDate.getTime() < now) return `expired on ${certificate.validTo}`;
  const isEarly = certificate.validFromDate.getTime() > now;
  return isEarly ? `is not valid before ${certificate.validFrom}` : undefined;
}

/** What is wrong with each certificate of these texts; the first is 1. */
function certificateErrors(places: readonly Place[], now: number): FieldError[] {
  return places.flatMap(({ path, pem }) =>
    certificatesIn(pem).flatMap((one, at, all) => {
      const flaw = certificateFlaw(one, now);
      if (flaw === undefined) return [];
      return { path, message: all.length > 1 ? `number ${at + 1} ${flaw}` : flaw };
    }),
  );
}

const placesOf = (tls: UpstreamTls | undefined, path: string): Place[] =>
  (['ca', 'certificate'] as const).flatMap((field) => {
    const pem = tls?.[field];
    return pem ? [{ path: `${path}.${field}`, pem }] : [];
  });

function readKey(text: string): KeyObject | undefined {
  try {
    return createPrivateKey(text);
  } catch {
    return undefined;
  }
}

/** What is wrong with a private key for this certificate; never anything of the key itself. */
export function keyFlaw(text: string, certificate: string): string | undefined {
  if (/ENCRYPTED/.test(text)) return 'is encrypted: a gateway has no passphrase for it';
  const key = readKey(text);
  if (!key) return 'is not a private key in PEM';
  const [first = ''] = certificatesIn(certificate);
  return read(first)?.checkPrivateKey(key) === false ? 'does not fit the certificate' : undefined;
}

/**
 * What is wrong with what a route's upstreams have for TLS. Certificates that it had `before` are
 * not looked at again: one that has expired since must not hold up another change. `textOf` a
 * secret is undefined where it cannot be read, which others say.
 */
export function tlsErrors(
  { upstreams }: Upstreams,
  of: {
    before: Upstreams | undefined;
    textOf: (secret: string) => string | undefined;
    now: number;
  },
): FieldError[] {
  const had = new Set(
    of.before?.upstreams.flatMap(({ tls }) => placesOf(tls, '').map(({ pem }) => pem)),
  );
  return upstreams.flatMap(({ tls }, i) => {
    const path = `upstreams.${i}.tls`;
    const fresh = placesOf(tls, path).filter(({ pem }) => !had.has(pem));
    const errors = certificateErrors(fresh, of.now);
    if (!tls?.certificate || !tls.key || errors.length > 0) return errors;
    const text = of.textOf(tls.key);
    const flaw = text === undefined ? undefined : keyFlaw(text, tls.certificate);
    return flaw === undefined ? [] : [{ path: `${path}.key`, message: flaw }];
  });
}

/** When the first of all certificates of a route's upstreams expires; null where there is none. */
export function certificatesExpireAt({ upstreams }: Upstreams): string | null {
  const ends = upstreams.flatMap(({ tls }) =>
    placesOf(tls, '').flatMap(({ pem }) =>
      certificatesIn(pem).flatMap((one) => read(one)?.validToDate.getTime() ?? []),
    ),
  );
  return ends.length === 0 ? null : new Date(Math.min(...ends)).toISOString();
}
