import { Fault, type FaultCode } from '../kit/fault.ts';

const field = (path: string, message: string): Fault =>
  new Fault('invalid_request', { errors: [{ path, message }] });

const BY_STATUS: Record<number, FaultCode> = {
  400: 'invalid_request',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  415: 'unsupported_media_type',
  422: 'invalid_request',
  429: 'too_many_requests',
};

/** better-auth's refusal as one of our faults; its own codes never reach the wire. */
export async function faultOfSignIn(refusal: Response, publicUrl: string): Promise<Fault> {
  const body = (await refusal.json().catch(() => null)) as { code?: unknown } | null;
  const code = String(body?.code ?? '');
  if (code === 'INVALID_EMAIL_OR_PASSWORD') {
    return new Fault('unauthenticated', { detail: 'Wrong email or password' });
  }
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
