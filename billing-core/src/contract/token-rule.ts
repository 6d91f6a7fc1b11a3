import { z } from 'zod';
import { text } from './field.ts';

/** Which JSON Web Tokens of another issuer are a credential, and whose they are. */

export const TOKEN_ALGORITHMS = [
  ...(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const),
  ...(['ES256', 'ES384', 'EdDSA'] as const),
] as const;
export const TOKEN_ALGORITHMS_DEFAULT = ['RS256', 'ES256', 'EdDSA'] as const;
/** What a token says of its holder is looked up by this much text. */
export const HOLDER_CHARS_MAX = 200;
const AUDIENCES_MAX = 10;
const URL_CHARS_MAX = 500;

/** An http(s) URL without credentials and fragment. */
const isPlainUrl = (value: string): boolean =>
  /^https?:\/\/[^\s\\?#/@]+(?:[/?][^\s\\#]*)?$/i.test(value) && URL.canParse(value);

const isOnce = (list: readonly string[]): boolean => new Set(list).size === list.length;

const tokenRule = () =>
  z.strictObject({
    /** As the claim `iss` has it, to the character. */
    issuer: text(URL_CHARS_MAX),
    /** The claim `aud` has one of these. */
    audience: z.array(text()).min(1).max(AUDIENCES_MAX).refine(isOnce, 'names an audience twice'),
    /** Where the issuer's keys are; null: where its OpenID configuration says. */
    jwks_url: z
      .string()
      .max(URL_CHARS_MAX)
      .refine(isPlainUrl, 'is not an http(s) URL without credentials and fragment')
      .nullable()
      .default(null),
    algorithms: z
      .array(z.enum(TOKEN_ALGORITHMS))
      .min(1)
      .refine(isOnce, 'names an algorithm twice')
      .default([...TOKEN_ALGORITHMS_DEFAULT]),
    /** How far the issuer's clock may be off. */
    clock_tolerance_s: z.number().int().min(0).max(300).default(30),
    /** The claim that says whose the token is. */
    claim: text().default('sub'),
    /** What the claim holds: a customer's `external_id`, or the id of a key. */
    names: z.enum(['customer', 'key']).default('customer'),
    /** The upstream gets the token, too. */
    forward: z.boolean().default(false),
  });
export type TokenRule = z.infer<ReturnType<typeof tokenRule>>;

/** Tokens as a credential of a route, beside keys. */
export const jwt = () =>
  tokenRule().refine(({ jwks_url, issuer }) => jwks_url !== null || isPlainUrl(issuer), {
    path: ['jwks_url'],
    message: 'is needed where the issuer is no URL',
  });

/** The same in the facts of gateways. */
export const jwtFact = () => tokenRule().strip();
