import { z } from 'zod';
import { text } from './field.ts';

/** What the product is called where nobody said otherwise. */
export const PRODUCT_NAME = 'Tollgate';

const ADDRESS = /^[^\s@:/]{1,64}@[^\s@:/]{1,200}$/;

/** A page over TLS, or an address: whatever else a link can do is not for people who need help. */
function isSupport(value: string): boolean {
  if (ADDRESS.test(value)) return true;
  const url = URL.parse(value);
  return url !== null && url.protocol === 'https:' && url.username === '' && url.password === '';
}

/** What the business is called and looks like, to those who use its portal. */
export const branding = z
  .strictObject({
    name: text(60).nullable().meta({ description: 'Null: Tollgate' }),
    accent: z
      .string()
      .regex(/^#[0-9a-f]{6}$/, 'is not a colour such as #3451b2')
      .nullable()
      .meta({ description: 'The portal shows it as light or dark as can be read' }),
    support: text(300)
      .refine(isSupport, 'is neither an e-mail address nor an https URL')
      .nullable(),
  })
  .meta({ id: 'Branding' });
export type Branding = z.infer<typeof branding>;

/** As it is told: with where its logo is, under the portal's API. */
export const shownBranding = branding
  .extend({ logo: z.string().nullable() })
  .meta({ id: 'ShownBranding' });
export type ShownBranding = z.infer<typeof shownBranding>;

export const LOGO_BYTES_MAX = 32 * 1024;
export const LOGO_TYPES = ['image/png', 'image/jpeg', 'image/webp'] as const;
export type LogoType = (typeof LOGO_TYPES)[number];

export const newLogo = z.strictObject({
  /** PNG, JPEG or WebP in base64, up to 32 KiB. No SVG: it can have scripts. */
  image: z
    .base64()
    .min(1)
    .max(4 * Math.ceil(LOGO_BYTES_MAX / 3)),
});

/** What an image is by its first bytes, given as Latin-1; undefined: nothing that is taken. */
export function logoTypeOf(bytes: string): LogoType | undefined {
  if (bytes.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  if (bytes.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  return bytes.startsWith('RIFF') && bytes.startsWith('WEBP', 8) ? 'image/webp' : undefined;
}
