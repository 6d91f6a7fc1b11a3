const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const TIME_DIGITS = 10;

const random = (bytes: number): Uint8Array => crypto.getRandomValues(new Uint8Array(bytes));

/** Random lower-case letters and digits, five bits each. */
export function randomText(length: number): string {
  let text = '';
  for (const byte of random(length)) text += ALPHABET.charAt(byte & 31);
  return text;
}

/** `req_`, 50 bits of time, 70 random bits, like every id of the product. */
export function requestId(nowMs: number): string {
  let time = '';
  let rest = nowMs;
  for (let i = 0; i < TIME_DIGITS; i++) {
    time = ALPHABET.charAt(rest % 32) + time;
    rest = Math.floor(rest / 32);
  }
  return `req_${time}${randomText(14)}`;
}

const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** Trace id and span id, 32 and 16 hex digits. */
export const traceIds = (): readonly [string, string] => [hex(random(16)), hex(random(8))];

/** SHA-256 in lower-case hex. */
export async function sha256Hex(content: string | Uint8Array): Promise<string> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return hex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
}
