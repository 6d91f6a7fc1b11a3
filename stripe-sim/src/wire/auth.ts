import { StripeFault } from './fault.ts';

/**
 * Checks a test key, as a bearer or as the user of Basic. Throws 401. A live key is refused in a
 * way that nobody takes for Stripe: it has no business here.
 * https://docs.stripe.com/api/authentication
 */
export function checkKey(header: string | undefined): void {
  const key = keyOf(header);
  if (key === undefined || key === '') {
    throw refused(
      'You did not provide an API key. You need to provide your API key in the Authorization ' +
        "header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
    );
  }
  if (/^(sk|rk)_live_/.test(key)) {
    throw refused('This is a simulator on your own machine. A live key must not be sent to it.');
  }
  if (!/^(sk|rk)_test_\w+$/.test(key)) {
    throw refused(`Invalid API Key provided: ${key.slice(0, 8)}${'*'.repeat(8)}`);
  }
}

function keyOf(header: string | undefined): string | undefined {
  const [scheme, credential = ''] = header?.split(' ') ?? [];
  if (/^bearer$/i.test(scheme ?? '')) return credential;
  if (/^basic$/i.test(scheme ?? '')) {
    return Buffer.from(credential, 'base64').toString('utf8').split(':')[0];
  }
  return undefined;
}

const refused = (message: string): StripeFault =>
  new StripeFault(401, { type: 'invalid_request_error', message });
