import type { FieldError } from '../kit/fault.ts';
import { QUANTITY_MAX, scaled } from './quantity.ts';

export type KnownMeter = { id: string; scale: number };

/** Gathers what is wrong with the meters and quantities that lines name, all at once. */
export class Checks {
  readonly errors: FieldError[] = [];
  readonly #scales: Map<string, number>;

  constructor(meters: readonly KnownMeter[]) {
    this.#scales = new Map(meters.map(({ id, scale }) => [id, scale]));
  }

  /** The quantity in units of this meter, scaled; undefined, and an error noted, if it fits not. */
  quantity(path: string, meterId: string, decimal: string): bigint | undefined {
    const scale = this.#scales.get(meterId);
    if (scale === undefined) return undefined;
    const quantity = scaled(decimal, scale);
    if (quantity === undefined) {
      this.errors.push({ path, message: `has more than the ${scale} decimal places of the meter` });
    } else if (quantity > QUANTITY_MAX) {
      this.errors.push({ path, message: 'is larger than gateways can count' });
    }
    return quantity;
  }

  meter(path: string, meterId: string): void {
    if (!this.#scales.has(meterId)) this.errors.push({ path, message: 'is not a meter' });
  }
}
