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
const PATTERN = /^tg_(?:live|test)_[0-9A-Za-z]{48}$/;
const PREFIX_CHARS = 'tg_live_'.length;
const KEY_CHARS = PREFIX_CHARS + CUSTOMER_REF_CHARS + SECRET_CHARS + CHECKSUM_CHARS;

const POLYNOMIAL = 0xed_b8_83_20;
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
  return crc >>> 0;
});

/** CRC-32 (IEEE, as in zlib) of ASCII text, as an unsigned integer. */
export const crc32 = (ascii: string): number => crcOfFirst(ascii, ascii.length);

function crcOfFirst(ascii: string, chars: number): number {
  let crc = 0xff_ff_ff_ff;
  for (let i = 0; i < chars; i++) {
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

/** Whether it is as long as a key, and begins as one: what else there is costs more to read. */
export const resemblesApiKey = (text: string): boolean =>
  text.length === KEY_CHARS && text.startsWith('tg_');

/** Whether it is a well-formed key; every one-character typo is none. Makes no other text. */
export function isApiKey(text: string): boolean {
  if (!PATTERN.test(text)) return false;
  const body = text.length - CHECKSUM_CHARS;
  let rest = crcOfFirst(text, body);
  for (let at = text.length - 1; at >= body; at--) {
    if (text.charCodeAt(at) !== BASE62.charCodeAt(rest % 62)) return false;
    rest = Math.floor(rest / 62);
  }
  return true;
}

/** The parts of a well-formed key; undefined for anything else. */
export function parseApiKey(text: string): ApiKey | undefined {
  if (!isApiKey(text)) return undefined;
  const secretAt = PREFIX_CHARS + CUSTOMER_REF_CHARS;
  return {
    mode: text.startsWith('tg_live_') ? 'live' : 'test',
    customerRef: text.slice(PREFIX_CHARS, secretAt),
    secret: text.slice(secretAt, secretAt + SECRET_CHARS),
  };
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
