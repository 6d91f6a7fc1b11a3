/**
 * Decimal digits of minor units by ISO 4217, where they are not two. The same table as the
 * contract's, of which only types may be imported here; a test holds them together. Intl's own
 * table is another: it shows forints and rupiah without the hundredths that they are paid in.
 */
const DIGITS: readonly (readonly [digits: number, currencies: string])[] = [
  [0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'],
  [3, 'BHD IQD JOD KWD LYD OMR TND'],
  [4, 'CLF UYW'],
];
const MOST = 2;

/** @returns decimal places of the currency's minor unit: 2 for USD, 0 for JPY. */
export function minorDigits(currency: string): number {
  const row = DIGITS.find(([, currencies]) => currencies.split(' ').includes(currency));
  return row?.[0] ?? MOST;
}
