/**
 * Decimal digits of a currency's minor unit, by ISO 4217. Not from Intl: its table (CLDR) says how
 * amounts are usually shown, and gives 0 for the forint, the rupiah or the Colombian peso, whose
 * minor unit is a hundredth for every bank and payment provider.
 */
const DIGITS: readonly (readonly [digits: number, currencies: string])[] = [
  [0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'],
  [3, 'BHD IQD JOD KWD LYD OMR TND'],
  [4, 'CLF UYW'],
];
const DIGITS_OF = new Map(
  DIGITS.flatMap(([digits, currencies]) =>
    currencies.split(' ').map((currency) => [currency, digits] as const),
  ),
);
const MOST = 2;

/** In: an ISO 4217 code. Out: 0 for JPY, 2 for USD, 3 for KWD. */
export const minorDigits = (currency: string): number => DIGITS_OF.get(currency) ?? MOST;
