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
