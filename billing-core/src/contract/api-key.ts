/**
 * The form of an API key: `tg_live_` or `tg_test_`, then 10 characters that refer to the customer,
 * 32 of secret and 6 of CRC-32, all base62. Runs on every host: nothing of Node in here.
 */
export type ApiKeyMode = 'live' | 'test';
export type ApiKey = { mode: ApiKeyMode; customerRef: string; secret: string };

export const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
export const CUSTOMER_REF_CHARS = 10;
export const SECRET_CHARS = 32;
const CHECKSUM_CHARS = 6;
const PATTERN = /^tg_(live|test)_([0-9A-Za-z]{10})([0-9A-Za-z]{32})([0-9A-Za-z]{6})$/;

const POLYNOMIAL = 0xed_b8_83_20;
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
  return crc >>> 0;
});

/** CRC-32 (IEEE, as in zlib) of ASCII text, as an unsigned integer. */
export function crc32(ascii: string): number {
  let crc = 0xff_ff_ff_ff;
  for (let i = 0; i < ascii.length; i++) {
    crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ ascii.charCodeAt(i)) & 0xff] ?? 0);
  }
  return (crc ^ 0xff_ff_ff_ff) >>> 0;
}

/** Six base62 digits, most significant first: 62^6 is over 2^32, so no checksum is lost. */
function checksum(body: string): string {
  let rest = crc32(body);
  let digits = '';
  for (let i = 0; i < CHECKSUM_CHARS; i++) {
    digits = BASE62.charAt(rest % 62) + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}

/** The full text of a key. What it is given must be base62 of the right length. */
export function formatApiKey({ mode, customerRef, secret }: ApiKey): string {
  const body = `tg_${mode}_${customerRef}${secret}`;
  return body + checksum(body);
}

/** The parts of a well-formed key; undefined for anything else, every one-character typo too. */
export function parseApiKey(text: string): ApiKey | undefined {
  const match = PATTERN.exec(text);
  if (!match) return undefined;
  const [, mode, customerRef = '', secret = '', sum] = match;
  if (sum !== checksum(text.slice(0, -CHECKSUM_CHARS))) return undefined;
  return { mode: mode as ApiKeyMode, customerRef, secret };
}

/** `bytes(n)` gives n random bytes. */
export type RandomBytes = (count: number) => Uint8Array;

// 4 x 62: a byte at or above this would make some letters likelier than others.
const UNBIASED_BELOW = 248;

/** `length` random base62 letters, each equally likely. */
export function randomBase62(length: number, bytes: RandomBytes): string {
  let text = '';
  while (text.length < length) {
    for (const byte of bytes(length - text.length)) {
      if (byte < UNBIASED_BELOW) text += BASE62.charAt(byte % 62);
    }
  }
  return text;
}
