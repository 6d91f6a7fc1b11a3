/** The grammar of a JSON number (RFC 8259, section 6), byte by byte. */
export type NumberState =
  | 'minus'
  | 'zero'
  | 'digits'
  | 'point'
  | 'places'
  | 'exponent'
  | 'sign'
  | 'power';

const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;

/** How a number goes on that begins with this byte; undefined when none begins with it. */
export function beginNumber(byte: number): NumberState | undefined {
  if (byte === 0x2d) return 'minus';
  if (byte === 0x30) return 'zero';
  return isDigit(byte) ? 'digits' : undefined;
}

/** The next state; undefined when the byte is no part of the number. */
export function numberStep(state: NumberState, byte: number): NumberState | undefined {
  const power = byte === 0x65 || byte === 0x45 ? 'exponent' : undefined;
  switch (state) {
    case 'minus':
      return byte === 0x2d ? undefined : beginNumber(byte);
    case 'zero':
      return byte === 0x2e ? 'point' : power;
    case 'digits':
      return isDigit(byte) ? 'digits' : byte === 0x2e ? 'point' : power;
    case 'point':
      return isDigit(byte) ? 'places' : undefined;
    case 'places':
      return isDigit(byte) ? 'places' : power;
    case 'exponent':
      if (byte === 0x2b || byte === 0x2d) return 'sign';
      return isDigit(byte) ? 'power' : undefined;
    default:
      return isDigit(byte) ? 'power' : undefined;
  }
}

const WHOLE = new Set<NumberState>(['zero', 'digits', 'places', 'power']);

/** Whether what was read so far is a number. */
export const isWholeNumber = (state: NumberState): boolean => WHOLE.has(state);
