import { createHmac } from 'node:crypto';

/**
 * Out: the header of a delivery, with a signature for each secret that is good now.
 * https://docs.stripe.com/webhooks#verify-manually
 */
export function signatureOf(body: string, secrets: readonly string[], time: number): string {
  const signed = secrets.map((secret) =>
    createHmac('sha256', secret).update(`${time}.${body}`, 'utf8').digest('hex'),
  );
  return [`t=${time}`, ...signed.map((signature) => `v1=${signature}`)].join(',');
}
