import { HOLDER_CHARS_MAX, type TokenRule } from '@tollgate/billing-core/contract/token-rule.ts';
import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose';
import { IssuerAway, type KeySet, type KeySets } from './key-sets.ts';
import { refuse, type Refusal } from './refusal.ts';

/** JSON Web Tokens of another issuer, in place of a key. */

const TOKEN_CHARS_MAX = 8 * 1024;
const SCOPES_MAX = 500;
/** Each costs a verification, and anybody can write a token that names no key. */
const CANDIDATES_MAX = 5;

/** Who a token that holds stands for. */
export type Bearer = {
  /** By what core is asked for the facts. */
  readonly ref: string;
  /** Core time in ms from which on it says nothing. */
  readonly endsAt: number;
  readonly scopes: readonly string[];
};

const malformed = (detail: string): Refusal => refuse('key_malformed', { detail });
const unknown = (detail: string): Refusal => refuse('key_unknown', { detail });

/** What is wrong with a token before anything of it is believed; undefined when nothing is. */
function flawOf(text: string, { algorithms }: TokenRule): Refusal | undefined {
  if (text.length > TOKEN_CHARS_MAX) return malformed('The token is over 8 KiB');
  let alg: unknown;
  try {
    ({ alg } = decodeProtectedHeader(text));
  } catch {
    return malformed('The token cannot be read');
  }
  const allowed: readonly unknown[] = algorithms;
  return allowed.includes(alg) ? undefined : malformed('The token is signed in a way not allowed');
}

/** What a token that does not hold is refused as. Throws what is a bug. */
function refusalOf(error: unknown): Refusal {
  if (error instanceof errors.JWTExpired) {
    return refuse('key_expired', { detail: 'The token has expired' });
  }
  if (error instanceof errors.JWTClaimValidationFailed) {
    const early = error.claim === 'nbf' && error.reason === 'check_failed';
    if (early) return unknown('The token is not valid yet');
    return unknown(`The token's claim ${error.claim} is not what it has to be`);
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return unknown('The token is not signed by its issuer');
  }
  if (error instanceof errors.JWKSNoMatchingKey) {
    return unknown('The token names no key of its issuer');
  }
  if (error instanceof errors.JOSEError) return malformed('The token cannot be read');
  // What WebCrypto makes of a key that does not fit, or is none.
  if (error instanceof TypeError || error instanceof DOMException) {
    return unknown('The token names no key of its issuer that can be used');
  }
  throw error;
}

function scopesOf({ scope, scp }: JWTPayload): string[] {
  const said = scope ?? scp;
  const list = typeof said === 'string' ? said.split(' ') : said;
  if (!Array.isArray(list)) return [];
  return list.filter((one): one is string => typeof one === 'string').slice(0, SCOPES_MAX);
}

function bearerOf(claims: JWTPayload, rule: TokenRule): Bearer | Refusal {
  const value = Object.hasOwn(claims, rule.claim) ? claims[rule.claim] : undefined;
  const holder = typeof value === 'number' ? String(value) : value;
  if (typeof holder !== 'string' || holder === '' || holder.length > HOLDER_CHARS_MAX) {
    return unknown(`The token's claim ${rule.claim} names nobody`);
  }
  if (!holder.isWellFormed() || holder.includes('\0'))
    return unknown(`The token's claim ${rule.claim} names nobody`);
  const { exp = 0 } = claims;
  return {
    ref: `${rule.names}=${encodeURIComponent(holder)}`,
    endsAt: (exp + rule.clock_tolerance_s) * 1_000,
    scopes: scopesOf(claims),
  };
}

type Verify = (set: KeySet | (() => Promise<CryptoKey>)) => Promise<JWTPayload>;

const isForged = (error: unknown): boolean =>
  error instanceof errors.JWSSignatureVerificationFailed;

/** A token need not name its key (RFC 7515 section 4.1.4): looks for the one that signed it. */
async function verifyByAny(
  several: errors.JWKSMultipleMatchingKeys,
  verify: Verify,
): Promise<JWTPayload> {
  let tried = 0;
  for await (const key of several) {
    if (tried++ === CANDIDATES_MAX) break;
    try {
      return await verify(() => Promise.resolve(key));
    } catch (error) {
      if (!isForged(error)) throw error;
    }
  }
  throw new errors.JWSSignatureVerificationFailed();
}

/** Whether a newer set of its issuer may have the key: it was not there, or no name told which. */
const wantsNewer = (error: unknown, text: string): boolean =>
  error instanceof errors.JWKSNoMatchingKey ||
  (isForged(error) && decodeProtectedHeader(text).kid === undefined);

/**
 * Whose a token is, when it holds: signed by a key of the issuer in a way the route allows, for
 * this audience, at this time. In: core time in ms.
 */
export async function readToken(
  text: string,
  rule: TokenRule,
  { sets, now }: { sets: KeySets; now: number },
): Promise<Bearer | Refusal> {
  const flaw = flawOf(text, rule);
  if (flaw) return flaw;
  const verify: Verify = async (set) => {
    const { payload } = await jwtVerify(text, set, {
      issuer: rule.issuer,
      audience: rule.audience,
      algorithms: rule.algorithms,
      clockTolerance: rule.clock_tolerance_s,
      currentDate: new Date(now),
      // One that never ends could be taken back by nobody.
      requiredClaims: ['exp'],
    });
    return payload;
  };
  try {
    const set = await sets.of(rule);
    const verifyBy = (one: KeySet): Promise<JWTPayload> =>
      verify(one).catch((error: unknown) => {
        if (error instanceof errors.JWKSMultipleMatchingKeys) return verifyByAny(error, verify);
        throw error;
      });
    const claims = await verifyBy(set).catch(async (error: unknown) => {
      const newer = wantsNewer(error, text) && (await sets.newer(rule, set));
      if (!newer) throw error;
      return verifyBy(newer);
    });
    return bearerOf(claims, rule);
  } catch (error) {
    if (!(error instanceof IssuerAway)) return refusalOf(error);
    const detail = "The keys of the token's issuer cannot be read just now";
    return refuse('key_unverifiable', { retryAfterS: 5, detail });
  }
}
