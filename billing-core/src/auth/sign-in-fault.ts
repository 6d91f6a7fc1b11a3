import { Fault, type FaultCode } from '../kit/fault.ts';

const field = (path: string, message: string): Fault =>
  new Fault('invalid_request', { errors: [{ path, message }] });

const BY_STATUS: Record<number, FaultCode> = {
  400: 'invalid_request',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  // Two codes of one account at once: one of them is in.
  409: 'state_conflict',
  415: 'unsupported_media_type',
  422: 'invalid_request',
  429: 'too_many_requests',
};

const LOCKED_S = 900;
const off = (detail: string): Fault => new Fault('state_conflict', { detail });
const beginAnew = (detail: string): Fault => new Fault('unauthenticated', { detail });

/** What can be wrong with a code, or with turning codes on and off. */
function ofSecondFactor(code: string): Fault | undefined {
  switch (code) {
    case 'INVALID_CODE':
    case 'INVALID_BACKUP_CODE':
      return field('code', 'is wrong, or its time is over');
    case 'INVALID_PASSWORD':
      return field('password', 'is not your password');
    case 'INVALID_TWO_FACTOR_COOKIE':
      return beginAnew('Too late for a code: sign in again');
    case 'TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE':
      return beginAnew('Too many wrong codes: sign in again');
    case 'ACCOUNT_TEMPORARILY_LOCKED':
      return new Fault('too_many_requests', {
        detail: 'Too many wrong codes',
        retryAfter: LOCKED_S,
      });
    case 'TOTP_ALREADY_ENABLED':
      return off('The second factor is on already');
    case 'TOTP_NOT_ENABLED':
    case 'BACKUP_CODES_NOT_ENABLED':
    case 'TWO_FACTOR_NOT_ENABLED':
      return off('There is no second factor');
    default:
      return undefined;
  }
}

/** better-auth's refusal as one of our faults; its own codes never reach the wire. */
export async function faultOfSignIn(refusal: Response, publicUrl: string): Promise<Fault> {
  const body = (await refusal.json().catch(() => null)) as { code?: unknown } | null;
  const code = String(body?.code ?? '');
  if (code === 'INVALID_EMAIL_OR_PASSWORD') {
    return new Fault('unauthenticated', { detail: 'Wrong email or password' });
  }
  const second = ofSecondFactor(code);
  if (second !== undefined) return second;
  if (code === 'INVALID_TOKEN') return field('token', 'is used, expired or unknown');
  if (/ORIGIN|CROSS_SITE/.test(code)) {
    return new Fault('forbidden', { detail: `Open the portal at ${publicUrl}` });
  }
  if (code === 'INVALID_REDIRECT_URL') return field('redirectTo', 'leads out of the portal');
  // Two sign-ups with one address at once: the second finds the account when it tries again.
  if (code === 'FAILED_TO_CREATE_USER') return new Fault('unavailable', { retryAfter: 1 });
  const internal = `sign-in answered ${refusal.status} ${code}`;
  return new Fault(BY_STATUS[refusal.status] ?? 'internal', { internal });
}
