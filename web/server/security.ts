import type { ServerResponse } from 'node:http';

/**
 * The page may run and load only files of this origin. No unsafe-inline: the theme script is a
 * file, Base UI's and sonner's injected styles are turned off, and React sets style attributes
 * through the CSSOM, which a CSP does not govern.
 */
export const pagePolicy = (gatewayOrigin?: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    // The console of API reference calls the gateway, and nothing else beside this origin.
    ["connect-src 'self'", ...(gatewayOrigin === undefined ? [] : [gatewayOrigin])].join(' '),
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');

/** For answers that are no page: nothing in them may load or run anything. */
export const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'";

const ALWAYS: readonly (readonly [name: string, value: string])[] = [
  ['x-content-type-options', 'nosniff'],
  ['x-frame-options', 'DENY'],
  // Links in reset mails carry a token; other sites must not see where people came from.
  ['referrer-policy', 'same-origin'],
  ['cross-origin-opener-policy', 'same-origin'],
  ['cross-origin-resource-policy', 'same-origin'],
  ['permissions-policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()'],
];

const HSTS = 'max-age=31536000';

/** Sets the headers every answer carries; `https` is how the client reached us. */
export function secure(response: ServerResponse, policy: string, https: boolean): void {
  for (const [name, value] of ALWAYS) response.setHeader(name, value);
  response.setHeader('content-security-policy', policy);
  if (https) response.setHeader('strict-transport-security', HSTS);
}
