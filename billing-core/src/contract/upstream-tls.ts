import { z } from 'zod';
import { secretName } from './secret.ts';

/** How a route speaks TLS with an upstream, where the public authorities are not enough. */

export const CA_CERTIFICATES_MAX = 100;
export const CHAIN_CERTIFICATES_MAX = 10;
// The body of a call that writes a route has 64 KiB.
const CA_CHARS_MAX = 32 * 1024;
const CHAIN_CHARS_MAX = 16 * 1024;

const BLOCK = /-----BEGIN ([A-Z0-9 ]{1,40})-----\s*([A-Za-z0-9+/=\s]*?)-----END \1-----/g;

/** The blocks of a PEM text with their labels; what stands between them is commentary. */
const blocksOf = (pem: string): { label: string; text: string }[] =>
  [...pem.matchAll(BLOCK)].map(([, label = '', body = '']) => {
    const lines = body.replaceAll(/\s/g, '').replaceAll(/.{64}(?=.)/g, '$&\n');
    return { label, text: `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n` };
  });

/** The certificates of a PEM text, each as a PEM text of its own. */
export const certificatesIn = (pem: string): string[] =>
  blocksOf(pem).flatMap(({ label, text }) => (label === 'CERTIFICATE' ? [text] : []));

/** What is wrong with a text that should be certificates and nothing else. */
function pemFlaw(pem: string, max: number): string | undefined {
  if (!pem.isWellFormed() || pem.includes('\0')) return 'has characters that cannot be stored';
  const blocks = blocksOf(pem);
  // Whatever it is: it would be shown with the route.
  if (/PRIVATE KEY/.test(pem)) return 'has a private key in it, which belongs into a secret';
  if (blocks.length === 0) return 'is not a certificate in PEM';
  const marks = pem.match(/-----BEGIN /g)?.length ?? 0;
  if (marks !== blocks.length) return 'has a block that is cut off';
  if (blocks.some(({ label }) => label !== 'CERTIFICATE')) return 'has more than certificates';
  return blocks.length > max ? `has more than ${max} certificates` : undefined;
}

/** Certificates in PEM; kept without what stands between them. */
const certificates = (of: { chars: number; max: number }) =>
  z
    .string()
    .max(of.chars)
    .superRefine((pem, { addIssue }) => {
      const message = pemFlaw(pem, of.max);
      if (message !== undefined) addIssue({ code: 'custom', message });
    })
    .transform((pem) => certificatesIn(pem).join(''));

const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const SERVER_NAME = new RegExp(`^(?=.{1,253}$)${LABEL}(?:\\.${LABEL})*$`);

const serverName = () =>
  z
    .string()
    .max(300)
    .transform((name) => name.toLowerCase())
    .refine((name) => SERVER_NAME.test(name), 'is not the name of a server')
    // TLS has no way to name an address, and it is verified without being named.
    .refine((name) => !/^[\d.]+$/.test(name), 'is an address, not a name');

/** Fields of one upstream of a route. */
export const upstreamTls = () =>
  z
    .strictObject({
      /** Only what these sign is trusted; null: the authorities that Node trusts. */
      ca: certificates({ chars: CA_CHARS_MAX, max: CA_CERTIFICATES_MAX }).nullable().default(null),
      /** The gateway's own certificate, then those between it and its authority. */
      certificate: certificates({ chars: CHAIN_CHARS_MAX, max: CHAIN_CERTIFICATES_MAX })
        .nullable()
        .default(null),
      /** Name of the secret that holds the certificate's private key, in PEM. */
      key: secretName().nullable().default(null),
      /** Asked for and verified instead of the URL's host. */
      server_name: serverName().nullable().default(null),
    })
    .superRefine(({ ca, certificate, key, server_name }, { addIssue }) => {
      const refuse = (path: string, message: string) =>
        addIssue({ code: 'custom', path: [path], message });
      if (certificate !== null && key === null) refuse('key', 'is wanted with a certificate');
      if (key !== null && certificate === null) refuse('certificate', 'is wanted with a key');
      const isEmpty = [ca, certificate, key, server_name].every((value) => value === null);
      if (isEmpty) refuse('ca', 'or a certificate or a server name is wanted; else leave tls out');
    });
export type UpstreamTls = z.infer<ReturnType<typeof upstreamTls>>;

/** The same in the facts of gateways: with the key's text. */
export const tlsFact = z.object({
  ca: z.string().optional(),
  certificate: z.string().optional(),
  key: z.string().optional(),
  server_name: z.string().optional(),
});
export type TlsFact = z.infer<typeof tlsFact>;
