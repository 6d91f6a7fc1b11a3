import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

// X.509 (RFC 5280) written by hand: node:crypto reads certificates, and makes none.

const DAY_MS = 86_400_000;

/** One value in DER. */
function der(tag: number, ...parts: (Buffer | number[])[]): Buffer {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const { length } = body;
  if (length < 128) return Buffer.concat([Buffer.of(tag, length), body]);
  const hex = length.toString(16);
  const octets = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return Buffer.concat([Buffer.of(tag, 128 + octets.length), octets, body]);
}

const [INTEGER, BITS, OCTETS, OID, UTF8, SEQUENCE, SET] = [2, 3, 4, 6, 12, 0x30, 0x31] as const;
const GENERALIZED_TIME = 0x18;
const ECDSA_WITH_SHA256 = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
const COMMON_NAME = [0x55, 0x04, 0x03];
const SUBJECT_ALT_NAME = [0x55, 0x1d, 0x11];
const BASIC_CONSTRAINTS = [0x55, 0x1d, 0x13];
const TRUE = [1, 1, 0xff];

const algorithm = (): Buffer => der(SEQUENCE, der(OID, ECDSA_WITH_SHA256));
const nameOf = (text: string): Buffer =>
  der(SEQUENCE, der(SET, der(SEQUENCE, der(OID, COMMON_NAME), der(UTF8, Buffer.from(text)))));
const timeOf = (ms: number): Buffer =>
  der(GENERALIZED_TIME, Buffer.from(new Date(ms).toISOString().replaceAll(/[-:T]|\.\d+/g, '')));

const extension = (id: number[], value: Buffer): Buffer =>
  der(SEQUENCE, der(OID, id), TRUE, der(OCTETS, value));

const altName = (host: string): Buffer =>
  /^[\d.]+$/.test(host)
    ? der(0x87, host.split('.').map(Number))
    : der(0x82, Buffer.from(host, 'latin1'));

const pem = (label: string, bytes: Buffer): string => {
  const lines = bytes.toString('base64').replaceAll(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
};

/** A certificate and its private key, both in PEM. */
export type Identity = { readonly certificate: string; readonly key: string };

export type Wish = {
  readonly name: string;
  /** Names and IPv4 addresses of a server. */
  readonly hosts?: readonly string[];
  readonly authority?: boolean;
  /** Times in ms; it holds from a day ago for ten days. */
  readonly from?: number;
  readonly until?: number;
};

export type Signer = Identity & {
  /** Signs a certificate for a new key. */
  issue(wish: Wish): Signer;
};

let serial = 1;

type Made = { wish: Wish; issuer: string; signer: KeyObject; subject: KeyObject };

function certificateOf({ wish, issuer, signer, subject }: Made): string {
  const { name, hosts = [], authority = false } = wish;
  const from = wish.from ?? Date.now() - DAY_MS;
  const until = wish.until ?? from + 11 * DAY_MS;
  const extensions = [
    ...(authority ? [extension(BASIC_CONSTRAINTS, der(SEQUENCE, TRUE))] : []),
    ...(hosts.length > 0
      ? [extension(SUBJECT_ALT_NAME, der(SEQUENCE, ...hosts.map(altName)))]
      : []),
  ];
  const tbs = der(
    SEQUENCE,
    der(0xa0, der(INTEGER, [2])),
    der(INTEGER, [1, (serial >> 8) & 255, serial++ & 255]),
    algorithm(),
    nameOf(issuer),
    der(SEQUENCE, timeOf(from), timeOf(until)),
    nameOf(name),
    subject.export({ type: 'spki', format: 'der' }),
    ...(extensions.length > 0 ? [der(0xa3, der(SEQUENCE, ...extensions))] : []),
  );
  const signature = sign('sha256', tbs, { key: signer, dsaEncoding: 'der' });
  return pem('CERTIFICATE', der(SEQUENCE, tbs, algorithm(), der(BITS, [0], signature)));
}

function signerOf(wish: Wish, by?: { name: string; key: KeyObject }): Signer {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { name, key: signer } = by ?? { name: wish.name, key: privateKey };
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' });
  return {
    certificate: certificateOf({ wish, issuer: name, signer, subject: publicKey }),
    key: String(key),
    issue: (next) => signerOf(next, { name: wish.name, key: privateKey }),
  };
}

/** A certificate authority that signed itself. */
export const newAuthority = (name: string): Signer => signerOf({ name, authority: true });
